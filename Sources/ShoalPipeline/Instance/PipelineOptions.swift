public import ShoalClustering
public import ShoalKafka
public import ShoalSchemas

/// The configuration of an instance.
public struct PipelineOptions: Sendable {
    public struct Topics: Sendable {
        public var input: String
        public var changes: String
        /// `nil` if no memberships are written.
        public var members: String?
        public var deadLetters: String
        public var deltas: String
        public var models: String
        public var state: String

        public init(
            input: String, changes: String, members: String?, deadLetters: String, deltas: String, models: String,
            state: String
        ) {
            self.input = input
            self.changes = changes
            self.members = members
            self.deadLetters = deadLetters
            self.deltas = deltas
            self.models = models
            self.state = state
        }

        func name(_ topic: RecordBuffer.Topic) -> String {
            switch topic {
            case .changes: changes
            case .members: members ?? ""
            case .deltas: deltas
            case .models: models
            case .deadLetters: deadLetters
            case .state: state
            }
        }
    }

    /// The position at which an application begins to read.
    public enum Start: Equatable, Sendable {
        case beginning
        case end
        /// A record timestamp in milliseconds since 1970.
        case time(Int64)
    }

    public enum OutputFormat: Sendable {
        case protobuf
        case json
    }

    public var application: String
    public var instance: String
    public var kafka: ClientConfiguration
    public var topics: Topics
    public var input = WatchEventReader.Options()
    public var start = Start.beginning
    public var outputFormat = OutputFormat.protobuf
    /// `dead-letters.content=full`: keep the original bytes instead of only position and reason.
    public var keepsDeadLetters = false
    public var settings = Settings()
    /// The topics of `topics.file`.
    public var vocabulary: [[UInt8]] = []
    public var key: PrivacyKey
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
    /// Of the group member, unless `kafka.session.timeout.ms` is set.
    public var sessionTimeout = Duration.milliseconds(GroupMember.sessionTimeout)
    public var idleTimeout = Duration.seconds(30)
    /// `epoch.future=allow`: epochs may close before they have ended by the wall clock.
    public var allowsFuture = false
    /// The maximum time that a revoked or stopped instance may drain.
    public var shutdownTimeout = Duration.seconds(30)
    /// The size of the outbox from which partitions are paused, in bytes.
    public var outboxBytes = 16 << 20
    /// Whether topic configurations are read at the start, and the group is watched. librdkafka's in-process broker closes
    /// the connection at such a request.
    public var checksTopics = true
    /// The time without progress after which a component is logged and `/livez` fails.
    public var watchdogTimeout = Duration.seconds(60)

    public init(application: String, instance: String, kafka: ClientConfiguration, topics: Topics, key: PrivacyKey) {
        self.application = application
        self.instance = instance
        self.kafka = kafka
        self.topics = topics
        self.key = key
    }

    /// Stable across restarts, so that a producer fences its predecessor.
    public var transactionalID: String { "\(application)-\(instance)" }
}
