internal import CShoalRdKafka

/// librdkafka's in-process broker, for the demo and for injecting errors. It does not keep transactional offsets
/// (`TransactionalOffsets` does, in its place) and returns aborted records, so it proves nothing about transactions. It
/// keeps about 5 MB per partition and drops the oldest records.
///
/// `@unchecked Sendable`: librdkafka's mock functions pass their work to the cluster's own thread.
@safe public final class MockCluster: @unchecked Sendable {
    private let handle: Handle
    private let cluster: OpaquePointer

    /// Requests that can be made to fail, by protocol number.
    public enum Request: Int16, Sendable {
        case produce = 0
        case metadata = 3
        case initProducerID = 22
        case addPartitions = 24
        case addOffsets = 25
        case endTransaction = 26
        case commitOffsets = 28
    }

    public init(brokers: Int32 = 1) throws(KafkaError) {
        handle = try Handle(RD_KAFKA_PRODUCER, ClientConfiguration([:]), adding: ["client.id": "mock-cluster"])
        guard let cluster = unsafe rd_kafka_mock_cluster_new(handle.pointer, brokers) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__FAIL, .mockCluster, severity: .fatal)
        }
        unsafe self.cluster = cluster
    }

    deinit {
        unsafe rd_kafka_mock_cluster_destroy(cluster)
    }

    public var bootstrapServers: String {
        unsafe rd_kafka_mock_cluster_bootstraps(cluster).map { unsafe String(cString: $0) } ?? ""
    }

    public func createTopic(_ name: String, partitions: Int32) throws(KafkaError) {
        try KafkaError.check(
            unsafe rd_kafka_mock_topic_create(cluster, name, partitions, 1), .mockTopic(name))
    }

    /// Makes the next answers to this request carry these error codes.
    public func fail(_ request: Request, with codes: [Int32]) {
        var errors = codes.map { rd_kafka_resp_err_t($0) }
        unsafe rd_kafka_mock_push_request_errors_array(cluster, request.rawValue, errors.count, &errors)
    }

    public func setBroker(_ id: Int32, isUp: Bool) throws(KafkaError) {
        let code =
            isUp ? unsafe rd_kafka_mock_broker_set_up(cluster, id) : unsafe rd_kafka_mock_broker_set_down(cluster, id)
        try KafkaError.check(code, .mockBroker(id))
    }
}
