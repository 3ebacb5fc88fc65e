package import ShoalKafka

extension Error {
    /// The text for users. An error of Kafka is followed by the advice what to do.
    package var message: String { (self as? KafkaError)?.explained ?? "\(self)" }
}

extension KafkaError {
    fileprivate var explained: String {
        "\(brief) (\(code))" + [connection, advice].compactMap(\.self).map { ": \($0)" }.joined()
    }

    /// The operation and librdkafka's text, without advice.
    package var brief: String { "\(subject): \(text)" }

    /// The operation, in terms of Shoal's settings.
    private var subject: String {
        if case .settingProperty(let name) = operation { return "setting kafka.\(name)" }
        return "\(operation)"
    }

    /// The advice to the user; `nil` if only waiting helps.
    private var advice: String? {
        switch code {
        case .topicAuthorizationFailed: "grant \(operation.topicRight)"
        case .groupAuthorizationFailed: "grant \(operation.groupRight) on the consumer group"
        case .transactionalIDAuthorizationFailed: "grant Write and Describe on the transactional id"
        case .clusterAuthorizationFailed: "grant \(operation.clusterRight)"
        case .authentication:
            mayBeDefectOfSCRAM
                ? "librdkafka \(ClientConfiguration.libraryVersion) does not support SCRAM with Kafka 4: use "
                    + "librdkafka 2.6.1 or later, or PLAIN or certificates. With Kafka 3, check user and password"
                : "check kafka.sasl.mechanism, kafka.sasl.username and kafka.sasl.password"
        case .allBrokersDown, .transport, .resolve:
            "check kafka.bootstrap.servers, and that kafka.security.protocol and its certificates match the listener"
        case .messageTimedOut:
            "check that this host can reach the brokers at the addresses that they advertise (advertised.listeners)"
        case .unknownTopicOrPartition, .unknownTopic: "create it with `shoal topics create`"
        case .messageTooLarge: "raise max.message.bytes of the topic"
        case .invalidTransactionTimeout:
            "lower transaction.timeout, or raise transaction.max.timeout.ms of the brokers"
        case .invalidSessionTimeout:
            "kafka.session.timeout.ms must be within group.min.session.timeout.ms and group.max.session.timeout.ms of "
                + "the brokers"
        default: nil
        }
    }
}

extension KafkaError.Operation {
    /// The right on a topic that the operation needs.
    fileprivate var topicRight: String {
        switch self {
        case .creatingTopics, .creatingTopic: "Create on this topic or on the cluster"
        case .deletingTopics, .deletingTopic: "Delete on this topic"
        case .describingSettings: "DescribeConfigs on this topic"
        case .reading: "Read on this topic"
        case .producing, .transaction(_, _, topic: .some): "Write on this topic"
        case .describingTopic, .watermarks, .offsetByTime: "Read, Write or Describe on this topic"
        default: "Read on the input topics, Write on the output topics"
        }
    }

    fileprivate var groupRight: String {
        if case .deletingGroup = self { return "Delete" }
        return "Read and Describe"
    }

    fileprivate var clusterRight: String {
        switch self {
        case .creatingTopics, .creatingTopic: "Create on the topic or on the cluster"
        default: "Write on the topic; before Kafka 2.8, IdempotentWrite on the cluster, too"
        }
    }

    /// Whether records were sent to a topic.
    var isProducing: Bool {
        switch self {
        case .producing, .transaction(_, _, topic: .some): true
        default: false
        }
    }
}
