/// The state of an instance.
public enum InstanceState: Equatable, Sendable {
    case starting
    /// Waiting for a precondition before joining, with the missing item.
    case waiting(String)
    case joining
    /// Without partitions: there are more instances than partitions.
    case idle
    /// Taking partitions over.
    case restoring
    /// Processing restored partitions.
    case working
    /// Without an assignment, after a revocation or loss.
    case released
    case stopping

    /// All names in the usual order of states.
    public static let names = [
        "starting", "waiting", "joining", "idle", "restoring", "working", "released", "stopping",
    ]

    /// The name used in metrics.
    public var name: String {
        switch self {
        case .starting: "starting"
        case .waiting: "waiting"
        case .joining: "joining"
        case .idle: "idle"
        case .restoring: "restoring"
        case .working: "working"
        case .released: "released"
        case .stopping: "stopping"
        }
    }
}

/// The progress of restoring a partition's state.
public struct RestoreProgress: Equatable, Sendable {
    public enum Stage: Equatable, Sendable {
        /// Reading the snapshots in the state topic.
        case state(members: Int, bytes: Int)
        /// Replaying the input after the last snapshot.
        case input
    }

    public var stage: Stage
    /// The number of records read. For the state it is counted by offset, since compaction leaves gaps.
    public var done: Int64
    public var total: Int64
    /// The start in milliseconds of a monotonic clock.
    var started: Int64
    /// The time of the last report.
    var told: Int64

    public var isOver: Bool { stage == .input && done >= total }

    /// The mean rate since the start.
    public var recordsPerSecond: Double {
        told > started ? Double(done) * 1_000 / Double(told - started) : 0
    }

    /// The progress as text: "input: 1200 of 50000 records, 30000 a second, 2 s left".
    public var text: String {
        let rate = recordsPerSecond
        let left = rate > 0 ? ", \(Int((Double(total - done) / rate).rounded(.up))) s left" : ""
        let what =
            switch stage {
            case .state(let members, let bytes): "state: \(members) members, \(bytes >> 20) MiB, "
            case .input: "input: "
            }
        return "\(what)\(done) of \(total) records, \(Int(rate)) a second\(left)"
    }
}
