/// Where an instance is in its life.
public enum InstanceState: Equatable, Sendable {
    case starting
    /// Before it joins: what is missing.
    case waiting(String)
    case joining
    /// Assigned nothing: there are more instances than partitions.
    case idle
    /// Taking its partitions over.
    case restoring
    /// Assigned and restored.
    case working
    /// Without an assignment, which was revoked or lost.
    case released
    case stopping

    /// All names, in the order of a life.
    public static let names = [
        "starting", "waiting", "joining", "idle", "restoring", "working", "released", "stopping",
    ]

    /// Its name, for metrics.
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

/// How far the restore of a partition's state is.
public struct RestoreProgress: Equatable, Sendable {
    public enum Stage: Equatable, Sendable {
        /// The snapshots in the state topic are read.
        case state(members: Int, bytes: Int)
        /// What came after the last snapshot is replayed.
        case input
    }

    public var stage: Stage
    /// Records read so far; of the state by offset, as compaction leaves gaps.
    public var done: Int64
    public var total: Int64
    /// When it began, in milliseconds of a monotonic clock.
    var started: Int64
    /// When it was last told of.
    var told: Int64

    public var isOver: Bool { stage == .input && done >= total }

    /// Since the beginning.
    public var recordsPerSecond: Double {
        told > started ? Double(done) * 1_000 / Double(told - started) : 0
    }

    /// As "input: 1200 of 50000 records, 30000 a second, 2 s left".
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
