/// A direction before an event.
struct DirectionBefore {
    /// Room for any profile, of which `count` entries are used.
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

    /// The maximum length of a direction: 32,767, plus half a unit of rounding for each of 255 topics.
    static let longest: Int64 = 32_775

    /// A member's scores after an event, Q30.
    struct Outcome {
        /// The scores of the own cluster and of the rival. Undefined if there is none.
        var own: Int64 = 0
        var rival: Int64 = 0
        /// The bound on all others.
        var rest: Int64 = 0
    }

    /// Computes the scores after the event in two passes over the topics.
    /// - Parameters:
    ///   - rest: The previous bound on all other scores.
    ///   - own, rival: Columns.
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
            // Safe: the number was checked, and a row has an entry for each column.
            let topic = unsafe topics[unchecked: number]
            let direction = Int64(now[place].direction)
            outcome.own += direction * Int64(unsafe matrix[unchecked: Int(topic.row) + first])
            outcome.rival += direction * Int64(unsafe matrix[unchecked: Int(topic.row) + second])
            // Topics of the event that are new follow the previous ones.
            let value =
                place < kept.count && now[place].number == kept[place].number ? Int64(kept[place].direction) : 0
            added += max(direction << 15 - alpha * value, 0) * topic.outside(column)
        }
        outcome.rest = (alpha * rest + added) >> 15 + 1
        return outcome
    }

    /// Returns α: the ratio of the largest component that has not grown, which rounding affects least, Q15. Branch-free
    /// here and above, because the branches would be unpredictable.
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
