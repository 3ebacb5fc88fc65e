extension KafkaError {
    /// The operation that failed.
    public enum Operation: Equatable, Sendable {
        /// A step of a transactional producer.
        public enum Step: String, Sendable {
            case initialize = "init_transactions"
            case begin
            case flush
            case sendOffsets = "sending offsets"
            case commit
            case abort
        }

        /// A step of a group member.
        public enum MemberStep: String, Sendable {
            case assignment, revocation, metadata
        }

        case startingClient
        case settingProperty(String)
        case changingCredentials
        /// - Parameter servers: The bootstrap servers.
        case reaching(servers: String)

        case describingTopic(String)
        case describingSettings(topic: String)
        case creatingTopics
        case creatingTopic(String, property: String? = nil)
        case deletingTopics
        case deletingTopic(String)

        case watermarks(TopicPartition)
        case offsetByTime(TopicPartition)
        case highWatermarks
        case offsetsByTime
        /// - Parameters:
        ///   - from: The first offset to read; nil if it does not matter.
        ///   - at: The offset of the record that cannot be read; nil if it does not matter.
        case reading(TopicPartition, from: Int64? = nil, at: Int64? = nil)

        case describingGroup(String)
        case deletingGroup(String)
        case subscriptions(group: String)
        case joining(group: String)
        case subscribing(topics: [String])
        case member(group: String, MemberStep? = nil)
        /// - Parameter of: The partitions; empty for all.
        case committedOffsets(group: String, of: [TopicPartition] = [])

        /// - Parameters:
        ///   - by: The producer; nil if it does not matter.
        ///   - header: The name of the header that failed; nil for the record.
        case producing(topic: String, by: String? = nil, header: String? = nil)
        /// - Parameters:
        ///   - by: The producer; nil if there is none.
        ///   - step: The step; nil if the producer had failed before.
        ///   - topic: The topic that could not be written to, if that is known.
        case transaction(by: String?, Step? = nil, topic: String? = nil)

        case mockCluster
        case mockBroker(Int32)
        case mockTopic(String)
    }
}

extension KafkaError.Operation: CustomStringConvertible {
    public var description: String {
        switch self {
        case .startingClient: "starting a client"
        case .settingProperty(let name): "setting \(name)"
        case .changingCredentials: "changing user and password"
        case .reaching(let servers): "reaching \(servers)"
        case .describingTopic(let topic): "describing \(topic)"
        case .describingSettings(let topic): "settings of \(topic)"
        case .creatingTopics: "creating topics"
        case .creatingTopic(let topic, let property): "creating \(topic)" + Self.detail(property)
        case .deletingTopics: "deleting topics"
        case .deletingTopic(let topic): "deleting \(topic)"
        case .watermarks(let partition): "watermarks of \(partition)"
        case .offsetByTime(let partition): "offset by time of \(partition)"
        case .highWatermarks: "high watermarks of several partitions"
        case .offsetsByTime: "offsets by time of several partitions"
        case .reading(let place, let from, let at):
            "reading \(place.topic) partition \(place.partition)" + (from.map { " from offset \($0)" } ?? "")
                + (at.map { " at offset \($0)" } ?? "")
        case .describingGroup(let group): "describing group \(group)"
        case .deletingGroup(let group): "deleting group \(group)"
        case .subscriptions(let group): "subscriptions in group \(group)"
        case .joining(let group): "joining group \(group)"
        case .subscribing(let topics): "subscribing to \(topics.joined(separator: ", "))"
        case .member(let group, let step): "group \(group)" + Self.detail(step?.rawValue)
        case .committedOffsets(let group, let partitions):
            "group \(group): committed offsets"
                + (partitions.isEmpty ? "" : " of \(partitions.map(\.description).joined(separator: ", "))")
        case .producing(let topic, let producer, let header):
            (producer.map { "\($0): " } ?? "") + "producing to \(topic)" + Self.detail(header.map { "header \($0)" })
        case .transaction(let producer, let step, let topic):
            (topic.map { "producing to \($0): " } ?? "") + (producer ?? "transaction") + Self.detail(step?.rawValue)
        case .mockCluster: "starting the in-process broker"
        case .mockBroker(let id): "in-process broker \(id)"
        case .mockTopic(let topic): "creating \(topic) on the in-process broker"
        }
    }

    private static func detail(_ text: String?) -> String { text.map { ": \($0)" } ?? "" }
}
