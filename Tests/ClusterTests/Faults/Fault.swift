/// A fault injected into an application under test.
enum Fault: String, CaseIterable, Sendable {
    case kill
    case killAllButOne = "kill all but one"
    case killInRestore = "kill during a restore"
    case killInSnapshot = "kill all during a snapshot"
    case killInPublication = "kill between a model's commit and its being read"
    case freeze = "freeze for longer than the session"
    case freezeInTransaction = "freeze for longer than the transaction's time-out"
    case stop = "SIGTERM in a transaction"
    case roll = "rolling restart"
    case scale = "1, 4, 2 instances"
    case storm = "rebalance storm"
    case hangingTransaction = "another producer's transaction hangs on the input"
    case restartBroker = "broker restarted"
    case killLeader = "partition leader killed and restarted"
    case killGroupCoordinator = "group coordinator killed and restarted"
    case killTransactionCoordinator = "transaction coordinator killed and restarted"
    case allBrokersAway = "all brokers away"
    case cut = "connections cut"
    case slow = "connections slow"
    case dead = "connections dead"
    case fullDisk = "disk full under the checkpoints"
    case damagedCheckpoint = "checkpoints damaged before a restart"
    case foreignCheckpoint = "checkpoints of somebody else before a restart"
    case oldCheckpoint = "old checkpoints before a restart"

    /// Faults that affect only instances, for the short round.
    static let ofInstances: [Fault] = [
        .kill, .killAllButOne, .killInRestore, .killInSnapshot, .killInPublication, .freeze, .freezeInTransaction,
        .stop, .roll, .scale, .storm, .hangingTransaction,
    ]

    /// Faults of the checkpoint files on the host.
    static let ofCheckpoints: [Fault] = [.fullDisk, .damagedCheckpoint, .foreignCheckpoint, .oldCheckpoint]

    var needsCheckpoints: Bool { Self.ofCheckpoints.contains(self) }

    /// The name used in `ONLY`.
    var name: String { "\(self)" }

    /// Returns the faults that are possible with this number of brokers.
    static func all(brokers: Int) -> [Fault] {
        // The brokers' faults take longest. They are as likely as all others together.
        ofInstances + ofCheckpoints
            + (brokers == 1
                ? [.cut, .slow, .dead, .restartBroker, .allBrokersAway]
                : [.killLeader, .killGroupCoordinator, .killTransactionCoordinator, .allBrokersAway])
    }
}

/// A fault that was injected.
struct Strike: Sendable {
    var fault: Fault
    /// The details of the fault, for the report.
    var detail: String
    /// The longest time for which a partition with remaining input made no progress; `nil` if the next fault came
    /// before all partitions had recovered.
    var away: Duration?
}
