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
        for place in range {
            topics.append(members.topics[place])
            values.append(members.directions[place])
        }
    }

    /// The component at a place of the block, where its topic is still the same; 0 otherwise.
    @inline(__always)
    func value(at place: Int, _ topic: TopicNumber) -> Int64 {
        place < topics.count && topics[place] == topic ? Int64(values[place]) : 0
    }
}

extension Shard {
    /// A direction's length is no more than this: 32,767, and half a unit of rounding for each of 255 topics.
    private var longest: Int64 { 32_775 }

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
        var rest = rest(after: Int64(bound.rest) + growth * longest, range, own: own ?? -1)
        guard rest <= limit else { return false }
        if let rival = current.column(of: bound.rival) {
            guard current.score(members, range, of: rival) <= limit else { return false }
        }
        if bound.stamp != drift.number {
            drift.forEachFar(since: bound.stamp) { far in
                guard far != cluster, far != bound.rival, let column = current.column(of: far) else { return }
                rest = max(rest, current.score(members, range, of: column))
            }
            guard rest <= limit else { return false }
        }
        members.bounds[slot].rest = Int32(clamping: rest)
        members.bounds[slot].stamp = drift.number
        return true
    }

    /// The bound on all other scores after the event.
    private func rest(after rest: Int64, _ range: Range<Int>, own: Int) -> Int64 {
        // α: the smallest ratio of a component that carries weight.
        var (numerator, denominator): (Int64, Int64) = (1, 1)
        for place in range {
            let value = before.value(at: place - range.lowerBound, members.topics[place])
            guard value >= 1_024 else { continue }
            let now = Int64(members.directions[place])
            if now * denominator < numerator * value { (numerator, denominator) = (now, value) }
        }
        let alpha = (numerator << 15) / denominator
        var added: Int64 = 0
        for place in range {
            let topic = Int(members.topics[place])
            let value = before.value(at: place - range.lowerBound, members.topics[place])
            let growth = Int64(members.directions[place]) << 15 - alpha * value
            guard growth > 0, topic < current.rows.count, current.rows[topic] >= 0 else { continue }
            added += growth * current.peaks[Int(current.rows[topic])].outside(own)
        }
        return (alpha * rest + added) >> 15 + 1
    }
}
