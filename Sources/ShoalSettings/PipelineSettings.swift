/// The settings of an instance that do not reach the result.
public struct PipelineSettings: Equatable, Sendable {
    public var start = StartPosition.beginning
    public var outputFormat = OutputFormat.protobuf
    public var deadLetterContent = DeadLetterContent.reason
    public var commitInterval = Duration.milliseconds(100)
    /// `nil` if no snapshots are made.
    public var snapshotInterval: Duration? = .seconds(30)
    /// The directory for checkpoints on this host; `nil` for none.
    public var checkpointDirectory: String?
    public var checkpointInterval = Duration.seconds(600)
    /// The age at which a stale checkpoint is deleted.
    public var checkpointKeep = Duration.seconds(86_400)
    public var transactionBytes = 4 << 20
    public var transactionTimeout = Duration.seconds(10)
    public var idleTimeout = Duration.seconds(30)
    public var epochFuture = EpochFuture.wait
    /// The maximum time that a revoked or stopped instance may drain.
    public var shutdownTimeout = Duration.seconds(30)
    /// The size of the outbox from which partitions are paused, in bytes.
    public var outboxBytes = 16 << 20
    /// About the most memory for records that are fetched ahead, in bytes.
    public var fetchBytes = 64 << 20
    /// The time without progress after which a component is logged and `/livez` fails.
    public var watchdogTimeout = Duration.seconds(60)

    public init() {}

    /// Whether dead letters keep the original bytes instead of only position and reason.
    public var keepsDeadLetters: Bool { deadLetterContent == .full }

    /// Whether epochs may close before they have ended by the wall clock.
    public var allowsFuture: Bool { epochFuture == .allow }
}

/// The position at which an application begins to read.
public enum StartPosition: SettingValue {
    case beginning
    case end
    /// A record timestamp in milliseconds since 1970.
    case time(Int64)

    public init?(_ text: String, _ kind: Setting.Kind) {
        switch text {
        case "beginning": self = .beginning
        case "end": self = .end
        default:
            guard let time = Int64(text), time >= 0 else { return nil }
            self = .time(time)
        }
    }

    public func text(_ kind: Setting.Kind) -> String? {
        switch self {
        case .beginning: "beginning"
        case .end: "end"
        case .time(let time): "\(time)"
        }
    }
}

/// The format of cluster changes and memberships.
public enum OutputFormat: String, SettingWord {
    case protobuf
    case json
}

public enum DeadLetterContent: String, SettingWord {
    /// Also the original record.
    case full
    /// Only position and reason.
    case reason
}

public enum EpochFuture: String, SettingWord {
    /// An epoch ends only after its end by the wall clock.
    case wait
    /// An epoch may end earlier.
    case allow
}
