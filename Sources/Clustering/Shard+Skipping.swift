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
    /// Room for any profile; `count` of it is used.
    private var allTopics = [TopicNumber](repeating: 0, count: Int(UInt8.max))
    private var allValues = [UInt16](repeating: 0, count: Int(UInt8.max))
    private var count = 0

    var topics: Span<TopicNumber> {
        @_lifetime(borrow self)
        get { allTopics.span.extracting(0..<count) }
    }

    var values: Span<UInt16> {
        @_lifetime(borrow self)
        get { allValues.span.extracting(0..<count) }
    }

    mutating func remember(_ members: borrowing MemberTable, _ range: Range<Int>) {
        let (topics, values) = (members.topics.span.extracting(range), members.directions.span.extracting(range))
        count = range.count
        var keptTopics = allTopics.mutableSpan
        for place in topics.indices { keptTopics[place] = topics[place] }
        var keptValues = allValues.mutableSpan
        for place in values.indices { keptValues[place] = values[place] }
    }

    /// A direction's length is no more than this: 32,767, and half a unit of rounding for each of 255 topics.
    static let longest: Int64 = 32_775

    /// The bound on all other scores after the event.
    func rest(
        after rest: Int64, _ members: borrowing MemberTable, _ range: Range<Int>, _ model: CompiledModel, own: Int
    ) -> Int64 {
        let topics = members.topics.span.extracting(range)
        let directions = members.directions.span.extracting(range)
        let (kept, values, all) = (self.topics, self.values, model.peaks)
        let peaks = all.span
        // What is the same at its place as before; behind it the event's topics are new.
        let common = min(topics.count, kept.count)
        // α: the ratio of the largest component that has not grown, which rounding touches least. No branch depends on numbers
        // that nobody could foresee, here and below.
        var (numerator, denominator): (UInt16, UInt16) = (1, 1)
        for place in 0..<common {
            let (now, value) = (directions[place], values[place])
            let isBetter = topics[place] == kept[place] && now <= value && value > denominator
            numerator = isBetter ? now : numerator
            denominator = isBetter ? value : denominator
        }
        let alpha = (Int64(numerator) << 15) / Int64(denominator)
        var added: Int64 = 0
        for place in topics.indices {
            let topic = Int(topics[place])
            guard topic < peaks.count else { continue }
            let value = place < common && topics[place] == kept[place] ? Int64(values[place]) : 0
            let growth = Int64(directions[place]) << 15 - alpha * value
            added += max(growth, 0) * peaks[topic].outside(own)
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
        let rival = current.column(of: bound.rival)
        let scores = current.score(members, range, of: own ?? rival, and: rival)
        // What no other score may exceed.
        var limit = current.joins - 1
        if own != nil {
            guard scores.first >= current.leaves else { return false }
            limit = scores.first + current.hysteresis
        }
        // Not a method of the shard: calling it here would copy the shard, whose size depends on its keys.
        var rest = before.rest(
            after: Int64(bound.rest) + growth * DirectionBefore.longest, members, range, current, own: own ?? -1)
        guard rest <= limit else { return false }
        guard rival == nil || scores.second <= limit else { return false }
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
