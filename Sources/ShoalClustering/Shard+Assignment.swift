extension Shard {
    /// Recomputes a member's direction.
    @inline(__always)
    mutating func aim(_ slot: Int) {
        if current.companions.isEmpty { members.aim(slot) } else { members.aim(slot, without: current.companions) }
    }

    /// Whether a member's profile has a topic that counts.
    @inline(__always)
    func hasDirection(_ slot: Int) -> Bool {
        let range = members.range(slot)
        if current.companions.isEmpty { return !range.isEmpty }
        return range.contains { members.topics[$0].direction != 0 }
    }

    /// Returns the cluster for a member's direction. A member stays unless another cluster is better by
    /// more than the hysteresis, or, for the cluster that it came from, by more than that and the advantage of a return.
    /// Ties go to the lower id. See `Thresholds`.
    /// - Parameter cluster: The member's current cluster; 0 for none.
    mutating func assign(_ slot: Int, from cluster: ClusterID) -> ClusterID {
        guard !current.columns.isEmpty else { return 0 }
        current.score(members, members.range(slot), into: &scores)
        let column = decide(from: cluster, previous: members.slots[slot].previous)
        remember(slot, own: column)
        guard column >= 0 else { return 0 }
        let id = current.columns[column]
        if cluster != 0, id != cluster { members.update(slot) { $0.previous = cluster } }
        return id
    }

    /// Decides by the current scores.
    /// - Returns: The column, or −1 for none.
    func decide(from cluster: ClusterID, previous: ClusterID) -> Int {
        let thresholds = current.thresholds
        guard let own = current.column(of: cluster) else {
            var best = 0
            for column in current.columns.indices where scores[column] > scores[best] { best = column }
            return Int64(scores[best]) < thresholds.joins ? -1 : best
        }
        let left = current.column(of: current.model.root(of: previous)) ?? -1
        var (best, most) = (own, Int64(scores[own]) + thresholds.hysteresis[own])
        for column in current.columns.indices where column != own {
            let score = Int64(scores[column]) - (column == left ? thresholds.returning : 0)
            if score > most { (best, most) = (column, score) }
        }
        return Int64(scores[best]) < thresholds.leaves ? -1 : best
    }

    /// Stores the best rival, and the bound on all other scores.
    private mutating func remember(_ slot: Int, own: Int) {
        var (rival, first, second): (Int, Int32, Int32) = (-1, -1, -1)
        for column in current.columns.indices where column != own {
            let score = scores[column]
            if score > first {
                (rival, first, second) = (column, score, first)
            } else if score > second {
                second = score
            }
        }
        let bound = ScoreBound(
            rival: rival < 0 ? 0 : current.columns[rival], rest: max(second, 0), stamp: drift.number)
        members.update(slot) { $0.bound = bound }
    }

    /// Adds samples to the delta: for each cluster, the members with the lowest sample order. See "Samples" in
    /// docs/determinism.md.
    func sample(into clusters: inout [ClusterDelta]) {
        let model = current.model
        var sampled: [(cluster: ClusterID, bound: UInt64, most: Int)] = []
        var rows = ClusterIndex()
        let plan = SamplingPlan(model, epoch: openEpoch ?? 0)
        func add(_ cluster: ClusterID, of count: Int64) {
            let limit = Self.limit(of: count, most: plan.most(of: cluster))
            rows.insert(cluster, row: sampled.count)
            sampled.append((cluster, limit.bound, limit.most))
        }
        add(0, of: model.unassigned.count)
        for cluster in model.clusters where cluster.isActive && plan.samples(cluster.id) {
            add(cluster.id, of: cluster.sums.count)
        }
        var found = [[(order: UInt64, slot: Int)]](repeating: [], count: sampled.count)
        var counts = [Int64](repeating: 0, count: sampled.count)
        for slot in members.slots.indices where members.slots[slot].isUsed {
            guard let row = rows[members.slots[slot].cluster] else { continue }
            counts[row] += 1
            let order = members.orders[slot]
            if order <= sampled[row].bound { found[row].append((order, slot)) }
        }
        for (row, limit) in sampled.enumerated() where !found[row].isEmpty {
            let (cluster, count, list) = (
                limit.cluster, counts[row],
                found[row].sorted { left, right in
                    left.order != right.order
                        ? left.order < right.order
                        : members.slots[left.slot].pseudonym < members.slots[right.slot].pseudonym
                }
            )
            let samples = list.prefix(limit.most).enumerated().map { index, entry in
                // Sorted by order, the members are at arbitrary addresses.
                if index + 8 < list.count { members.fetchTopics(at: list[index + 8].slot) }
                return Sample(order: entry.order, direction: members.direction(entry.slot))
            }
            if let index = clusters.firstIndex(where: { $0.cluster == cluster }) {
                clusters[index].samples = samples
                clusters[index].sampled = count
            } else {
                clusters.append(ClusterDelta(cluster: cluster, samples: samples, sampled: count))
            }
        }
        clusters.sort { $0.cluster < $1.cluster }
    }

    /// Returns the bound on sample orders: 2⁶⁴ · (2 · most) / n, or no bound if n is at most 2 · most.
    private static func limit(of count: Int64, most: Int) -> (bound: UInt64, most: Int) {
        guard count > 2 * most else { return (.max, most) }
        return (UInt64(clamping: (UInt128(1) << 64) * UInt128(2 * most) / UInt128(count) - 1), most)
    }
}
