internal import CShoalRdKafka

/// An error of librdkafka or a broker: the operation, and what went wrong.
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

    public let code: Code
    /// librdkafka's description.
    public let text: String
    public internal(set) var severity: Severity
    public internal(set) var operation: Operation
    /// The position of the record that could not be read, if applicable.
    public internal(set) var place: Place?
    /// The unreachable brokers, with host, port and reason; nil unless this is a connection error.
    public internal(set) var connection: String?
    /// The SASL mechanism that brokers refused; nil if they refused something else, or none is configured.
    public internal(set) var mechanism: String?

    /// The position of a record.
    public struct Place: Equatable, Sendable {
        public var partition: TopicPartition
        public var offset: Int64
    }

    public var description: String {
        "\(operation): \(text) (\(code))" + (connection.map { ": \($0)" } ?? "")
    }

    /// The same error, after which the call may be repeated.
    public var retriable: KafkaError {
        var error = self
        error.severity = .retriable
        return error
    }
}

extension KafkaError {
    /// Whether there was no answer in time, or no broker to answer.
    public var isTimeout: Bool {
        [
            .timedOut, .requestTimedOut, .transport, .allBrokersDown, .timedOutInQueue, .waitingForCoordinator,
            .coordinatorNotAvailable, .notCoordinator, .coordinatorLoading, .leaderNotAvailable, .notLeader,
            .unstableOffsetCommit,
        ].contains(code)
    }

    /// No broker could be reached, or none has answered in time.
    public var isConnection: Bool {
        isTimeout || code == .messageTimedOut || code == .resolve
    }

    /// The brokers refuse user and password, or a certificate.
    var isAuthentication: Bool { code == .authentication }

    /// Whether a coordinator is being elected or is moving, so that retrying helps.
    public var isPassing: Bool {
        [.coordinatorNotAvailable, .notCoordinator, .coordinatorLoading, .waitingForCoordinator].contains(code)
    }

    /// Whether a newer producer or consumer has taken the id.
    public var isFenced: Bool {
        [.fenced, .producerFenced, .invalidProducerEpoch, .fencedInstanceID].contains(code)
    }

    /// Whether the group has moved on without this member.
    public var isGroupLoss: Bool {
        [.illegalGeneration, .unknownMemberID, .fencedInstanceID, .rebalanceInProgress, .assignmentLost].contains(code)
    }

    /// Whether a right is missing or authentication failed.
    public var isAuthorization: Bool {
        [
            .topicAuthorizationFailed, .groupAuthorizationFailed, .clusterAuthorizationFailed,
            .transactionalIDAuthorizationFailed, .authentication,
        ].contains(code)
    }

    /// Whether the group does not exist or holds no offsets.
    public var isUnknownGroup: Bool { code == .groupIDNotFound }

    /// Whether the group still has members.
    public var isGroupInUse: Bool { code == .groupNotEmpty }

    /// Whether the topic or the partition does not exist.
    public var isUnknownTopic: Bool {
        [.unknownTopicOrPartition, .unknownTopic, .unknownPartition].contains(code)
    }

    /// Whether a topic to be created already exists.
    public var isTopicExists: Bool { code == .topicAlreadyExists }

    /// Whether the position is not in the log.
    public var isOutOfRange: Bool { code == .autoOffsetReset || code == .offsetOutOfRange }

    /// Whether the refusal may be a defect of librdkafka instead of a wrong password: before version 2.6.1 it repeats the
    /// client's nonce in SCRAM (librdkafka #4895), and Kafka 4 rejects that with the message for a wrong password.
    public var mayBeDefectOfSCRAM: Bool {
        isAuthentication && ["SCRAM-SHA-256", "SCRAM-SHA-512"].contains(mechanism) && rd_kafka_version() < 0x0206_01FF
    }
}

extension KafkaError {
    /// The producer does not exist, because an earlier error closed it.
    public static let noProducer = KafkaError(
        RD_KAFKA_RESP_ERR__STATE, .transaction(by: nil), severity: .fatal, text: "the producer has been closed")

    /// Creates an error from an error code.
    init(_ code: rd_kafka_resp_err_t, _ operation: Operation, severity: Severity = .other, text: String? = nil) {
        self.init(
            code: Code(code), text: text ?? (unsafe String(cString: rd_kafka_err2str(code))), severity: severity,
            operation: operation)
    }

    /// Creates an error from an error object, which is destroyed. An error of a transactional call without flags counts
    /// as fatal.
    init(consuming error: OpaquePointer, _ operation: Operation) {
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
            code: Code(rd_kafka_error_code(error)), text: String(cString: rd_kafka_error_string(error)),
            severity: severity, operation: operation)
        unsafe rd_kafka_error_destroy(error)
    }

    /// Throws the returned error, if there is one.
    static func check(_ error: OpaquePointer?, _ operation: @autoclosure () -> Operation) throws(KafkaError) {
        if let error = unsafe error { throw unsafe KafkaError(consuming: error, operation()) }
    }

    static func check(_ code: rd_kafka_resp_err_t, _ operation: @autoclosure () -> Operation) throws(KafkaError) {
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code, operation()) }
    }
}
