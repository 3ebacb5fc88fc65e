internal import Kafka

/// How long a member of the group has waited for an assignment, and whether its client is to be replaced: one that has lost
/// the group's coordinator may look for it for ever. Times in milliseconds of a monotonic clock.
///
/// A rebalance takes as long as the slowest member. Joining anew does no harm to it, but is done less and less often.
struct AssignmentWait {
    private let least: Int64
    private var patience: Int64
    private var since: Int64?
    private static let most: Int64 = 600_000

    init(patience: Int64) {
        least = patience
        self.patience = patience
    }

    /// It is in the group, and has nothing.
    mutating func begin(_ now: Int64) { since = now }

    /// Something was assigned, if only the knowledge that there is nothing.
    mutating func end() {
        since = nil
        patience = least
    }

    /// For how long it has waited, where that is too long and brokers are to be asked whether they answer; nil otherwise.
    func isDue(_ now: Int64) -> Int64? {
        guard let since, now - since > patience else { return nil }
        return now - since
    }

    /// Whether a new client is to join. Brokers that are away are waited for.
    mutating func isOver(hasAnswer: Bool, _ now: Int64) -> Bool {
        since = now
        guard hasAnswer else { return false }
        patience = min(patience * 2, Self.most)
        return true
    }
}

extension PipelineOptions {
    /// How long the group may take to assign something: others have a session's time to be missed in.
    var assignmentPatience: Int64 {
        max(watchdogTimeout.milliseconds, effectiveSessionTimeout)
    }

    /// Milliseconds after which the group removes a member that is gone.
    var effectiveSessionTimeout: Int64 {
        kafka.settings["session.timeout.ms"].flatMap { Int64($0) } ?? sessionTimeout.milliseconds
    }
}
