public import ShoalClustering
public import ShoalKafka
public import ShoalSchemas
public import ShoalSettings

/// The configuration of an instance.
@dynamicMemberLookup
public struct PipelineOptions: Sendable {
    public struct Topics: Sendable {
        public var input: String
        public var changes: String
        /// `nil` if no memberships are written.
        public var members: String?
        /// `nil` if no table of clusters is written.
        public var clusters: String?
        public var deadLetters: String
        public var deltas: String
        public var models: String
        public var state: String
        /// nil if there is no opt-out list.
        public var optOut: String?

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

        /// The topics for subscribers.
        public var published: [String] { [changes, members, clusters].compactMap(\.self) }

        func name(_ topic: RecordBuffer.Topic) -> String {
            switch topic {
            case .changes: changes
            case .members: members ?? ""
            case .clusters: clusters ?? ""
            case .deltas: deltas
            case .models: models
            case .deadLetters: deadLetters
            case .state: state
            }
        }
    }

    public var application: String
    public var instance: String
    public var kafka: ClientConfiguration
    public var topics: Topics
    public var input = WatchEventReader.Options()
    public var settings = Settings()
    /// The topics of `topics.file`.
    public var vocabulary: [[UInt8]] = []
    public var key: PrivacyKey
    /// The settings that do not reach the result. Their names are also properties of the options.
    public var pipeline = PipelineSettings()
    /// Of the group member, unless `kafka.session.timeout.ms` is set.
    public var sessionTimeout = Duration.milliseconds(GroupMember.sessionTimeout)
    /// Whether topic configurations are read at the start, and the group is watched. librdkafka's in-process broker closes
    /// the connection at such a request.
    public var checksTopics = true

    public init(application: String, instance: String, kafka: ClientConfiguration, topics: Topics, key: PrivacyKey) {
        self.application = application
        self.instance = instance
        self.kafka = kafka
        self.topics = topics
        self.key = key
    }

    public subscript<Value>(dynamicMember path: KeyPath<PipelineSettings, Value>) -> Value { pipeline[keyPath: path] }

    /// How long a component waits that has nothing to do. Its heartbeat and polls of the group must come in time.
    var idlePause: Duration {
        let poll = kafka.settings["max.poll.interval.ms"].flatMap { Int64($0) }.map { Duration.milliseconds($0 / 4) }
        return min(.seconds(5), pipeline.watchdogTimeout / 4, poll ?? .seconds(5))
    }

    /// Returns the sealer of an internal topic's partition.
    func sealer(of topic: RecordBuffer.Topic, partition: Int32 = 0) -> RecordSealer {
        RecordSealer(key, topic: topics.name(topic), partition: partition)
    }

    /// Stable across restarts, so that a producer fences its predecessor.
    public var transactionalID: String { "\(application)-\(instance)" }
}
