/// Detects an unusually high share of events that are dropped as duplicates.
struct RepetitionWatch {
    /// The counts at the start of the current window.
    private var events: Int64
    private var duplicates: Int64
    /// The earliest time of the next warning, in ms.
    private var next = Int64.min

    /// The minimum number of events in a window.
    static let minimum: Int64 = 500
    /// The minimum time between warnings, in ms.
    static let pause: Int64 = 600_000

    /// - Parameters:
    ///   - events: The number of events that were counted so far.
    ///   - duplicates: The number of events that were dropped so far.
    init(_ events: Int64 = 0, _ duplicates: Int64 = 0) {
        (self.events, self.duplicates) = (events, duplicates)
    }

    /// - Returns: The number of events since the last window and the dropped ones among them, if these are at least
    ///   half and no warning was given in the last ten minutes; nil otherwise.
    mutating func look(_ events: Int64, _ duplicates: Int64, now: Int64) -> (events: Int64, repeated: Int64)? {
        let repeated = duplicates - self.duplicates
        let all = events - self.events + repeated
        guard all >= Self.minimum else { return nil }
        (self.events, self.duplicates) = (events, duplicates)
        guard repeated * 2 >= all, now >= next else { return nil }
        next = now + Self.pause
        return (all, repeated)
    }
}
