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
    private var all = [MemberTable.Topic](
        repeating: MemberTable.Topic(number: 0, weight: 0), count: Int(UInt8.max))
    private var count = 0

    var topics: Span<MemberTable.Topic> {
        @_lifetime(borrow self)
        get { all.span.extracting(0..<count) }
    }

    mutating func remember(_ members: borrowing MemberTable, _ range: Range<Int>) {
        let topics = members.topics.span.extracting(range)
        count = range.count
        var kept = all.mutableSpan
        for place in topics.indices { kept[place] = topics[place] }
    }

    /// A direction's length is no more than this: 32,767, and half a unit of rounding for each of 255 topics.
    static let longest: Int64 = 32_775

    /// What an event has made of a member's scores, Q30.
    struct Outcome {
        /// Of the own cluster and of the rival; where there is none, it means nothing.
        var own: Int64 = 0
        var rival: Int64 = 0
        /// The bound on all others.
        var rest: Int64 = 0
    }

    /// What the event has made of the scores, in two passes over the topics.
    /// - Parameters:
    ///   - rest: the bound on all other scores before it.
    ///   - own, rival: columns.
    func outcome(
        _ rest: Int64, _ members: borrowing MemberTable, _ range: Range<Int>, _ model: CompiledModel, own: Int?,
        rival: Int?
    ) -> Outcome {
        let alpha = alpha(members, range)
        let (now, kept) = (members.topics.span.extracting(range), topics)
        let (allTopics, allEntries) = (model.topics, model.matrix)
        let (topics, matrix) = (allTopics.span, allEntries.span)
        let (column, first, second) = (own ?? -1, own ?? 0, rival ?? 0)
        var outcome = Outcome()
        var added: Int64 = 0
        for place in now.indices {
            let number = Int(now[place].number)
            guard number < topics.count else { continue }
            // Safe: the number was looked at, and a row has an entry for each column.
            let topic = unsafe topics[unchecked: number]
            let direction = Int64(now[place].direction)
            outcome.own += direction * Int64(unsafe matrix[unchecked: Int(topic.row) + first])
            outcome.rival += direction * Int64(unsafe matrix[unchecked: Int(topic.row) + second])
            // Behind what there was before, the event's topics are new.
            let value =
                place < kept.count && now[place].number == kept[place].number ? Int64(kept[place].direction) : 0
            added += max(direction << 15 - alpha * value, 0) * topic.outside(column)
        }
        outcome.rest = (alpha * rest + added) >> 15 + 1
        return outcome
    }

    /// α: the ratio of the largest component that has not grown, which rounding touches least, Q15.
    /// No branch depends on numbers that nobody could foresee, here and above.
    @inline(__always)
    private func alpha(_ members: borrowing MemberTable, _ range: Range<Int>) -> Int64 {
        let (now, kept) = (members.topics.span.extracting(range), topics)
        var (numerator, denominator): (UInt16, UInt16) = (1, 1)
        for place in 0..<min(now.count, kept.count) {
            let (new, old) = (now[place].direction, kept[place].direction)
            let isBetter = now[place].number == kept[place].number && new <= old && old > denominator
            numerator = isBetter ? new : numerator
            denominator = isBetter ? old : denominator
        }
        return (Int64(numerator) << 15) / Int64(denominator)
    }
}

extension Shard {
    /// Whether the event that turned the direction from `before` provably leaves the member where it is. Exact: the own score,
    /// the best rival's, and those of clusters that moved far; bounded, all others.
    ///
    /// With any α, x'·C = α x·C + (x' − α x)·C ≤ α b + Σ_t max(x'_t − α x_t, 0) · max_k C_t,k: an event shrinks the
    /// untouched entries by one common factor, so that α near it leaves only the event's topics. In integers, rounded up.
    mutating func stays(_ slot: Int, in cluster: ClusterID) -> Bool {
        let bound = members.slots[slot].bound
        guard bound.rest != ScoreBound.unknown, let growth = drift.growth(since: bound.stamp) else { return false }
        let range = members.range(slot)
        let own = cluster == 0 ? nil : current.column(of: cluster)
        guard cluster == 0 || own != nil else { return false }
        let rival = current.column(of: bound.rival)
        // Not a method of the shard: calling it here would copy the shard, whose size depends on its keys.
        let outcome = before.outcome(
            Int64(bound.rest) + growth * DirectionBefore.longest, members, range, current, own: own, rival: rival)
        // What no other score may exceed.
        let limit = own == nil ? current.joins - 1 : outcome.own + current.hysteresis
        guard own == nil || outcome.own >= current.leaves else { return false }
        guard outcome.rest <= limit, rival == nil || outcome.rival <= limit else { return false }
        var rest = outcome.rest
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
        let renewed = ScoreBound(rival: bound.rival, rest: Int32(clamping: rest), stamp: drift.number)
        members.update(slot) { $0.bound = renewed }
        return true
    }
}
