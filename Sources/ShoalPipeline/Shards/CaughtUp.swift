/// Decides when to send the idle status: once after a timeout at the end of the log without a closed epoch, and rarely
/// again. Times are in milliseconds of a monotonic clock.
struct CaughtUp {
    private let timeout: Int64
    private(set) var due: Int64
    private let again: Int64
    /// A tenth of a week, the retention that `shoal topics create` sets for the delta topic.
    static let tenthOfRetention: Int64 = 60_480_000

    /// - Parameters:
    ///   - timeout: `epoch.idle-timeout`.
    ///   - again: The interval between repetitions.
    init(timeout: Int64, again: Int64 = Self.tenthOfRetention, now: Int64) {
        self.timeout = timeout
        self.again = again
        due = now + timeout
    }

    func isDue(_ now: Int64) -> Bool { now >= due }

    /// Restarts the timeout after an epoch was closed.
    mutating func restart(_ now: Int64) {
        due = now + timeout
    }

    mutating func said(_ now: Int64) {
        due = now + again
    }
}
