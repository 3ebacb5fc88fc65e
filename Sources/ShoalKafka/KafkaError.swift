internal import CShoalRdKafka

/// An error of librdkafka or a broker: the operation, the error, and advice.
public struct KafkaError: Error, Sendable, CustomStringConvertible {
    /// The possible reactions to an error.
    public enum Severity: Sendable {
        /// The same call may be repeated.
        case retriable
        /// The current transaction must be aborted.
        case abortable
        /// The client is unusable.
        case fatal
        /// An error outside transactions, without a classification.
        case other
    }

    /// librdkafka's error code: negative for local errors, positive for broker errors.
    public let code: Int32
    /// librdkafka's name, such as `_TIMED_OUT` or `TOPIC_AUTHORIZATION_FAILED`.
    public let name: String
    /// librdkafka's description.
    public let text: String
    public let severity: Severity
    /// The operation, with topic and partition if applicable.
    public let context: String
    /// The position of the record that could not be read, if applicable.
    public internal(set) var place: Place?
    /// The unreachable brokers, with host, port and reason; nil unless this is a connection error.
    public internal(set) var connection: String?

    /// The position of a record.
    public struct Place: Equatable, Sendable {
        public var partition: TopicPartition
        public var offset: Int64
    }

    public init(code: Int32, name: String, text: String, severity: Severity, context: String) {
        self.code = code
        self.name = name
        self.text = text
        self.severity = severity
        self.context = context
    }

    public var description: String {
        let rest = [connection, advice].compactMap { $0.map { ": \($0)" } }.joined()
        return "\(context): \(text) (\(name))\(rest)"
    }

    /// Whether there was no answer in time, or no broker to answer.
    public var isTimeout: Bool {
        [
            RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR__TRANSPORT,
            RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, RD_KAFKA_RESP_ERR__WAIT_COORD,
            RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
            RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT,
        ].contains { $0.rawValue == code }
    }

    /// No broker could be reached, or none has answered in time.
    public var isConnection: Bool {
        isTimeout || code == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT.rawValue || code == RD_KAFKA_RESP_ERR__RESOLVE.rawValue
    }

    /// The brokers refuse user and password, or a certificate.
    var isAuthentication: Bool { code == RD_KAFKA_RESP_ERR__AUTHENTICATION.rawValue }

    /// Whether a coordinator is being elected or is moving, so that retrying helps.
    public var isPassing: Bool {
        [
            RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
            RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR__WAIT_COORD,
        ].contains { $0.rawValue == code }
    }

    /// Whether a newer producer or consumer has taken the id.
    public var isFenced: Bool {
        [
            RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR_PRODUCER_FENCED, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH,
            RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
        ].contains { $0.rawValue == code }
    }

    /// Whether the group has moved on without this member.
    public var isGroupLoss: Bool {
        [
            RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
            RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS,
            RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST,
        ].contains { $0.rawValue == code }
    }

    /// Whether a right is missing or authentication failed.
    public var isAuthorization: Bool {
        [
            RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR__AUTHENTICATION,
        ].contains { $0.rawValue == code }
    }

    /// Whether the group does not exist or holds no offsets.
    public var isUnknownGroup: Bool { code == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND.rawValue }

    /// Whether the group still has members.
    public var isGroupInUse: Bool { code == RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP.rawValue }

    /// Whether the topic or the partition does not exist.
    public var isUnknownTopic: Bool {
        [
            RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
            RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
        ].contains { $0.rawValue == code }
    }

    /// The advice to the user; `nil` if only waiting helps.
    public var advice: String? {
        switch rd_kafka_resp_err_t(code) {
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
            "grant \(topicRight)"
        case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
            context.hasPrefix("deleting ")
                ? "grant Delete on the consumer group" : "grant Read and Describe on the consumer group"
        case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
            "grant Write and Describe on the transactional id"
        case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
            context.hasPrefix("creating")
                ? "grant Create on the topic or on the cluster"
                : "grant Write on the topic; before Kafka 2.8, IdempotentWrite on the cluster, too"
        case RD_KAFKA_RESP_ERR__AUTHENTICATION:
            if text.contains("SCRAM"), rd_kafka_version() < 0x0206_01FF {
                // librdkafka #4895: it repeats the client's nonce, which Kafka 4 rejects with the message for a wrong
                // password.
                "librdkafka \(ClientConfiguration.libraryVersion) does not support SCRAM with Kafka 4: use "
                    + "librdkafka 2.6.1 or later, or PLAIN or certificates. With Kafka 3, check user and password"
            } else {
                "check kafka.sasl.mechanism, kafka.sasl.username and kafka.sasl.password"
            }
        case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__RESOLVE:
            "check kafka.bootstrap.servers, and that kafka.security.protocol and its certificates match the listener"
        case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
            "check that this host can reach the brokers at the addresses that they advertise (advertised.listeners)"
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
            "create it with `shoal topics create`"
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
            "raise max.message.bytes of the topic"
        case RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT:
            "lower transaction.timeout, or raise transaction.max.timeout.ms of the brokers"
        case RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT:
            "kafka.session.timeout.ms must be within group.min.session.timeout.ms and group.max.session.timeout.ms of "
                + "the brokers"
        default: nil
        }
    }
}

extension KafkaError {
    /// The producer does not exist, because an earlier error closed it.
    public static let noProducer = KafkaError(
        RD_KAFKA_RESP_ERR__STATE, "transaction", severity: .fatal, text: "the producer has been closed")

    /// The missing right on a topic, derived from the operation. The context names the topic.
    private var topicRight: String {
        let rights: [(doing: String, right: String)] = [
            ("creating ", "Create on this topic or on the cluster"), ("deleting ", "Delete on this topic"),
            ("settings of ", "DescribeConfigs on this topic"), ("reading ", "Read on this topic"),
            ("producing to ", "Write on this topic"), ("producer: producing to ", "Write on this topic"),
            ("describing ", "Read, Write or Describe on this topic"),
            ("watermarks of ", "Read, Write or Describe on this topic"),
            ("offset by time of ", "Read, Write or Describe on this topic"),
        ]
        return rights.first { context.hasPrefix($0.doing) }?.right
            ?? "Read on the input topics, Write on the output topics"
    }

    /// Creates an error from an error code.
    init(_ code: rd_kafka_resp_err_t, _ context: String, severity: Severity = .other, text: String? = nil) {
        self.init(
            code: code.rawValue, name: unsafe String(cString: rd_kafka_err2name(code)),
            text: text ?? (unsafe String(cString: rd_kafka_err2str(code))), severity: severity, context: context)
    }

    /// Creates an error from an error object, which is destroyed. An error of a transactional call without flags counts
    /// as fatal.
    init(consuming error: OpaquePointer, _ context: String) {
        let severity: Severity =
            if unsafe rd_kafka_error_is_fatal(error) != 0 {
                .fatal
            } else if unsafe rd_kafka_error_txn_requires_abort(error) != 0 {
                .abortable
            } else if unsafe rd_kafka_error_is_retriable(error) != 0 {
                .retriable
            } else {
                .fatal
            }
        unsafe self.init(
            code: rd_kafka_error_code(error).rawValue, name: String(cString: rd_kafka_error_name(error)),
            text: String(cString: rd_kafka_error_string(error)), severity: severity, context: context)
        unsafe rd_kafka_error_destroy(error)
    }

    /// Throws the returned error, if there is one.
    static func check(_ error: OpaquePointer?, _ context: @autoclosure () -> String) throws(KafkaError) {
        if let error = unsafe error { throw unsafe KafkaError(consuming: error, context()) }
    }

    static func check(_ code: rd_kafka_resp_err_t, _ context: @autoclosure () -> String) throws(KafkaError) {
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code, context()) }
    }
}
