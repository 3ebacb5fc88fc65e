internal import ShoalKafka
internal import ShoalSettings

/// Decides when a group member that waits for an assignment needs a new client, because a client that has lost the
/// group's coordinator may search for it indefinitely. Times are in milliseconds of a monotonic clock.
///
/// A rebalance takes as long as the slowest member. Rejoining does not harm it, but the interval between attempts
/// grows.
struct AssignmentWait {
    private let least: Int64
    private var patience: Int64
    private var since: Int64?
    private static let most: Int64 = 600_000

    init(patience: Int64) {
        least = patience
        self.patience = patience
    }

    /// The member has joined and has no assignment.
    mutating func begin(_ now: Int64) { since = now }

    /// The member received an assignment, possibly an empty one.
    mutating func end() {
        since = nil
        patience = least
    }

    var isWaiting: Bool { since != nil }

    /// Returns how long the member has waited if that is too long and brokers should be probed; otherwise `nil`.
    func isDue(_ now: Int64) -> Int64? {
        guard let since, now - since > patience else { return nil }
        return now - since
    }

    /// Returns whether a new client should join. Unreachable brokers are waited for.
    mutating func isOver(hasAnswer: Bool, _ now: Int64) -> Bool {
        since = now
        guard hasAnswer else { return false }
        patience = min(patience * 2, Self.most)
        return true
    }
}

extension PipelineOptions {
    /// How long the group may take to assign partitions: at least a session, in which a missing member is detected.
    var assignmentPatience: Int64 {
        max(pipeline.watchdogTimeout.milliseconds, effectiveSessionTimeout)
    }

    /// Milliseconds after which the group removes a member that is gone.
    var effectiveSessionTimeout: Int64 {
        kafka.settings["session.timeout.ms"].flatMap { Int64($0) } ?? sessionTimeout.milliseconds
    }
}
