/// What is known of a member's scores besides that of its own cluster, so that most events need no scan of all clusters.
struct ScoreBound {
    /// The best other cluster when all were scanned; 0: none.
    var rival: ClusterID = 0
    /// What no score but the own and the rival's exceeds, Q30; `unknown`: a scan is needed.
    var rest: Int32 = ScoreBound.unknown
    /// The `CentroidDrift.number` that it holds for.
    var stamp: UInt32 = 0

    static let unknown = Int32.max
}

/// A direction as it was before an event.
struct DirectionBefore {
    private(set) var topics: [TopicNumber] = []
    private(set) var values: [UInt16] = []

    mutating func remember(_ members: borrowing MemberTable, _ range: Range<Int>) {
        topics.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        topics.append(contentsOf: members.topics[range])
        values.append(contentsOf: members.directions[range])
    }

    /// The component at a place of the block, where its topic is still the same; 0 otherwise.
    @inline(__always)
    func value(at place: Int, _ topic: TopicNumber) -> Int64 {
        place < topics.count && topics[place] == topic ? Int64(values[place]) : 0
    }

    /// A direction's length is no more than this: 32,767, and half a unit of rounding for each of 255 topics.
    static let longest: Int64 = 32_775

    /// The bound on all other scores after the event.
    func rest(
        after rest: Int64, _ members: borrowing MemberTable, _ range: Range<Int>, _ model: CompiledModel, own: Int
    ) -> Int64 {
        // α: the smallest ratio of a component that carries weight.
        var (numerator, denominator): (Int64, Int64) = (1, 1)
        let topics = members.topics.span.extracting(range)
        let directions = members.directions.span.extracting(range)
        for place in topics.indices {
            let value = self.value(at: place, topics[place])
            guard value >= 1_024 else { continue }
            let now = Int64(directions[place])
            if now * denominator < numerator * value { (numerator, denominator) = (now, value) }
        }
        let alpha = (numerator << 15) / denominator
        var added: Int64 = 0
        for place in topics.indices {
            let topic = Int(topics[place])
            let value = self.value(at: place, topics[place])
            let growth = Int64(directions[place]) << 15 - alpha * value
            guard growth > 0, topic < model.rows.count, model.rows[topic] >= 0 else { continue }
            added += growth * model.peaks[Int(model.rows[topic])].outside(own)
        }
        return (alpha * rest + added) >> 15 + 1
    }
}

extension Shard {
    /// Whether the event that turned the direction from `before` provably leaves the member where it is. Exact: the own score,
    /// the best rival's, and those of clusters that moved far; bounded, all others.
    ///
    /// With any α, x'·C = α x·C + (x' − α x)·C ≤ α b + Σ_t max(x'_t − α x_t, 0) · max_k C_t,k: an event shrinks the
    /// untouched entries by one common factor, so that α near it leaves only the event's topics. In integers, rounded up.
    mutating func stays(_ slot: Int, in cluster: ClusterID) -> Bool {
        let bound = members.bounds[slot]
        guard bound.rest != ScoreBound.unknown, let growth = drift.growth(since: bound.stamp) else { return false }
        let range = members.range(slot)
        let own = cluster == 0 ? nil : current.column(of: cluster)
        guard cluster == 0 || own != nil else { return false }
        // What no other score may exceed.
        var limit = current.joins - 1
        if let own {
            let score = current.score(members, range, of: own)
            guard score >= current.leaves else { return false }
            limit = score + current.hysteresis
        }
        // Not a method of the shard: calling it here would copy the shard, whose size depends on its keys.
        var rest = before.rest(
            after: Int64(bound.rest) + growth * DirectionBefore.longest, members, range, current, own: own ?? -1)
        guard rest <= limit else { return false }
        if let rival = current.column(of: bound.rival) {
            guard current.score(members, range, of: rival) <= limit else { return false }
        }
        if bound.stamp != drift.number {
            // No closure here: it would copy the shard.
            for step in drift.steps(since: bound.stamp) {
                for far in step.far where far != cluster && far != bound.rival {
                    guard let column = current.column(of: far) else { continue }
                    rest = max(rest, current.score(members, range, of: column))
                }
            }
            guard rest <= limit else { return false }
        }
        members.bounds[slot].rest = Int32(clamping: rest)
        members.bounds[slot].stamp = drift.number
        return true
    }
}
