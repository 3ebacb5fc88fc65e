/// When to say `CaughtUp`: once after a while at the end without a closing, and then seldom again. Times in milliseconds
/// of a monotonic clock.
struct CaughtUp {
    private let timeout: Int64
    private var due: Int64
    private let again: Int64
    /// A tenth of a week: the retention that `shoal topics create` gives the delta topic.
    static let tenthOfRetention: Int64 = 60_480_000

    /// - Parameters:
    ///   - timeout: `epoch.idle-timeout`.
    ///   - again: after which it is said again.
    init(timeout: Int64, again: Int64 = Self.tenthOfRetention, now: Int64) {
        self.timeout = timeout
        self.again = again
        due = now + timeout
    }

    func isDue(_ now: Int64) -> Bool { now >= due }

    /// An epoch was closed: the time at the end begins anew.
    mutating func restart(_ now: Int64) {
        due = now + timeout
    }

    mutating func said(_ now: Int64) {
        due = now + again
    }
}
