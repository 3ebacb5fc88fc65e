/// Finds out whether an unusual share of the events is dropped because their ids repeat.
struct RepetitionWatch {
    /// What was counted when the stretch at hand began.
    private var events: Int64
    private var duplicates: Int64
    /// When the next warning may follow, in ms.
    private var next = Int64.min

    /// Events that are looked at together.
    static let stretch: Int64 = 500
    /// Milliseconds between warnings.
    static let pause: Int64 = 600_000

    /// - Parameters:
    ///   - events: the number of events that counted so far.
    ///   - duplicates: the number of events that were dropped so far.
    init(_ events: Int64 = 0, _ duplicates: Int64 = 0) {
        (self.events, self.duplicates) = (events, duplicates)
    }

    /// - Returns: the number of events since the last look and of the dropped ones among them, if these are half or more and no
    ///   warning was given in the last ten minutes; nil otherwise.
    mutating func look(_ events: Int64, _ duplicates: Int64, now: Int64) -> (events: Int64, repeated: Int64)? {
        let repeated = duplicates - self.duplicates
        let all = events - self.events + repeated
        guard all >= Self.stretch else { return nil }
        (self.events, self.duplicates) = (events, duplicates)
        guard repeated * 2 >= all, now >= next else { return nil }
        next = now + Self.pause
        return (all, repeated)
    }
}
