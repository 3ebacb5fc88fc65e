public import Clustering
public import Kafka
public import Schemas

/// All that an instance needs to know to run.
public struct PipelineOptions: Sendable {
    public struct Topics: Sendable {
        public var input: String
        public var changes: String
        /// nil: no memberships are written.
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

    /// Where an application begins to read.
    public enum Start: Equatable, Sendable {
        case beginning
        case end
        /// Milliseconds since 1970, of the records' timestamps.
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
    /// `dead-letters.content=full`: the original bytes; otherwise position and reason only.
    public var keepsDeadLetters = true
    public var settings = Settings()
    /// The topics of `topics.file`.
    public var vocabulary: [[UInt8]] = []
    public var key: PrivacyKey
    public var commitInterval = Duration.milliseconds(100)
    /// nil: no snapshots are made.
    public var snapshotInterval: Duration? = .seconds(30)
    /// Where checkpoints of the state are kept on this host; nil: nowhere.
    public var checkpointDirectory: String?
    public var checkpointInterval = Duration.seconds(600)
    /// After which a file that was not written anew is deleted.
    public var checkpointKeep = Duration.seconds(86_400)
    public var transactionBytes = 4 << 20
    public var transactionTimeout = Duration.seconds(10)
    /// Of the group member, unless `kafka.session.timeout.ms` is set.
    public var sessionTimeout = Duration.milliseconds(GroupMember.sessionTimeout)
    public var idleTimeout = Duration.seconds(30)
    /// `epoch.future=allow`: epochs close though they have not ended by the wall clock.
    public var allowsFuture = false
    /// How long a revoked or stopped instance may drain.
    public var shutdownTimeout = Duration.seconds(30)
    /// Bytes of the outbox from which on partitions wait.
    public var outboxBytes = 16 << 20
    /// Whether the settings of topics are asked for at the start: librdkafka's own in-process broker does not tell them.
    public var checksTopics = true
    /// After which a part that makes no progress is named in the log, and `/livez` fails.
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
