internal import CShoalRdKafka
import Synchronization

/// A producer: transactional if it has a `transactional.id`, otherwise idempotent.
///
/// Not thread-safe. Without transactions, `flush` reports records that could not be delivered.
public final class Producer {
    private let handle: Handle
    private let name: String
    private let isTransactional: Bool
    /// Records produced since callbacks were served.
    private var unserved = 0
    private let offsets: TransactionalOffsets?
    /// The positions of the open transaction, if `offsets` keeps them.
    private var pending: [PartitionOffset] = []

    /// - Parameters:
    ///   - transactionTimeout: after which the broker aborts an open transaction.
    ///   - partitioner: chooses the partition of records with a key.
    public init(
        _ configuration: ClientConfiguration, transactionalID: String, transactionTimeout: Duration,
        partitioner: Partitioner = .standard
    ) throws(KafkaError) {
        name = "transactional id \(transactionalID)"
        isTransactional = true
        offsets = configuration.offsets
        handle = try Handle(
            RD_KAFKA_PRODUCER, configuration,
            adding: [
                "transactional.id": transactionalID, "enable.idempotence": "true",
                "transaction.timeout.ms": "\(transactionTimeout.milliseconds)",
                // librdkafka requires a message timeout within the transaction timeout.
                "message.timeout.ms": "\(transactionTimeout.milliseconds)", "partitioner": partitioner.libraryName,
            ])
    }

    /// An idempotent producer without transactions.
    /// - Parameter partitioner: chooses the partition of records with a key.
    public init(_ configuration: ClientConfiguration, partitioner: Partitioner = .standard) throws(KafkaError) {
        name = "producer"
        isTransactional = false
        offsets = nil
        handle = try Handle(
            RD_KAFKA_PRODUCER, configuration,
            adding: [
                "enable.idempotence": "true", "partitioner": partitioner.libraryName,
                "delivery.report.only.error": "false",
            ], reportsDeliveries: true)
    }

    /// The first delivery error and the number of undelivered records; `nil` if there are none. Only without
    /// transactions: in a transaction, an undelivered record makes the commit fail.
    public var undelivered: (error: KafkaError, count: Int)? {
        let deliveries = handle.deliveries
        return deliveries.error.map { ($0, deliveries.failed) }
    }

    /// Records that brokers have acknowledged. Without transactions only; counted when callbacks are served, as `produce`,
    /// `flush` and `waiting` do.
    public var delivered: Int { handle.deliveries.delivered }

    /// Fences producers with the same id, and settles their open transactions.
    public func initTransactions(timeout: Duration) throws(KafkaError) {
        try unsafe check(rd_kafka_init_transactions(handle.pointer, timeout.timeout), .initialize)
    }

    public func begin() throws(KafkaError) {
        pending = []
        try unsafe KafkaError.check(rd_kafka_begin_transaction(handle.pointer), .transaction(by: name, .begin))
    }

    /// Puts a record into the producer's queue; waits up to `timeout` while that is full.
    /// - Parameters:
    ///   - partition: nil: the partitioner's choice for the key, a random one without a key.
    ///   - value: nil: a tombstone.
    ///   - timestamp: Milliseconds since 1970; nil: now.
    public func produce(
        to topic: String, partition: Int32? = nil, key: Span<UInt8>?, value: Span<UInt8>?,
        headers: [(name: String, value: [UInt8])] = [], timestamp: Int64? = nil, timeout: Duration = .seconds(30)
    ) throws(KafkaError) {
        let deadline = ContinuousClock.now + timeout
        // Reports of deliveries take room in the queue until they are served.
        unserved += 1
        if !isTransactional, unserved >= 256 {
            unserved = 0
            unsafe rd_kafka_poll(handle.pointer, 0)
        }
        while true {
            let list = unsafe try Self.list(of: headers, topic)
            guard let error = unsafe enqueue(topic, partition ?? -1, key, value, list, timestamp) else { return }
            // Librdkafka owns the headers only if it took the message.
            if let list = unsafe list { unsafe rd_kafka_headers_destroy(list) }
            guard unsafe rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR__QUEUE_FULL, ContinuousClock.now < deadline
            else { throw unsafe KafkaError(consuming: error, .producing(topic: topic, by: name)) }
            unsafe rd_kafka_error_destroy(error)
            unsafe rd_kafka_poll(handle.pointer, 50)
        }
    }

    /// Puts a record into the producer's queue; waits while that is full, until a broker returns or the records' timeout
    /// passes. Only without transactions.
    /// - Parameter waiting: Called about five times a second while waiting. Returns false to give up.
    /// - Returns: Whether the record was enqueued.
    /// - Throws: `KafkaError`, also of an earlier record that could not be delivered.
    public func produce(
        to topic: String, key: Span<UInt8>, value: Span<UInt8>, waiting: () -> Bool
    ) throws(KafkaError) -> Bool {
        while true {
            do throws(KafkaError) {
                try produce(to: topic, key: key, value: value, timeout: .milliseconds(200))
                return true
            } catch {
                guard error.code == .queueFull, undelivered == nil else { throw undelivered?.error ?? error }
                if !waiting() { return false }
            }
        }
    }

    /// Librdkafka's list of headers, owned by the caller; nil: there are none.
    private static func list(
        of headers: [(name: String, value: [UInt8])], _ topic: String
    ) throws(KafkaError) -> OpaquePointer? {
        if headers.isEmpty { return nil }
        let list = unsafe rd_kafka_headers_new(headers.count)
        for header in headers {
            let code = unsafe header.value.withUnsafeBytes { bytes in
                // Safe: librdkafka copies name and value before it returns.
                unsafe rd_kafka_header_add(list, header.name, -1, bytes.baseAddress, bytes.count)
            }
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
                if let list = unsafe list { unsafe rd_kafka_headers_destroy(list) }
                throw KafkaError(code, .producing(topic: topic, header: header.name))
            }
        }
        return unsafe list
    }

    /// - Returns: librdkafka's error; nil: it took the message, and owns the headers.
    private func enqueue(
        _ topic: String, _ partition: Int32, _ key: Span<UInt8>?, _ value: Span<UInt8>?, _ headers: OpaquePointer?,
        _ timestamp: Int64?
    ) -> OpaquePointer? {
        unsafe topic.withCString { topic in
            unsafe Self.withBytes(of: key) { key in
                unsafe Self.withBytes(of: value) { value in
                    var arguments = unsafe [
                        rd_kafka_vu_t(vtype: RD_KAFKA_VTYPE_TOPIC, u: .init(cstr: topic)),
                        rd_kafka_vu_t(vtype: RD_KAFKA_VTYPE_PARTITION, u: .init(i32: partition)),
                        rd_kafka_vu_t(vtype: RD_KAFKA_VTYPE_KEY, u: .init(mem: key)),
                        rd_kafka_vu_t(vtype: RD_KAFKA_VTYPE_VALUE, u: .init(mem: value)),
                        // Safe: librdkafka copies key and value before it returns.
                        rd_kafka_vu_t(vtype: RD_KAFKA_VTYPE_MSGFLAGS, u: .init(i: RD_KAFKA_MSG_F_COPY)),
                    ]
                    if let timestamp {
                        unsafe arguments.append(
                            rd_kafka_vu_t(vtype: RD_KAFKA_VTYPE_TIMESTAMP, u: .init(i64: timestamp)))
                    }
                    if let headers = unsafe headers {
                        unsafe arguments.append(
                            rd_kafka_vu_t(vtype: RD_KAFKA_VTYPE_HEADERS, u: .init(headers: headers)))
                    }
                    return unsafe rd_kafka_produceva(handle.pointer, arguments, arguments.count)
                }
            }
        }
    }

    private typealias Memory = rd_kafka_vu_t.__Unnamed_union_u.__Unnamed_struct_mem

    /// Distinguishes empty from absent: an empty key or value has an address and no bytes.
    private static func withBytes<R>(of span: Span<UInt8>?, _ body: (Memory) -> R) -> R {
        guard let span else { return unsafe body(Memory(ptr: nil, size: 0)) }
        if span.isEmpty {
            var nothing: UInt8 = 0
            return unsafe withUnsafeMutableBytes(of: &nothing) { unsafe body(Memory(ptr: $0.baseAddress, size: 0)) }
        }
        return unsafe span.withUnsafeBytes {
            unsafe body(Memory(ptr: UnsafeMutableRawPointer(mutating: $0.baseAddress), size: $0.count))
        }
    }

    /// Waits until all records are delivered.
    /// - Throws: The first delivery error of a producer without transactions; a timeout.
    public func flush(timeout: Duration) throws(KafkaError) {
        let code = unsafe rd_kafka_flush(handle.pointer, timeout.timeout)
        if code == RD_KAFKA_RESP_ERR__TIMED_OUT, isTransactional {
            // Records in flight can only be withdrawn by aborting the transaction.
            throw handle.naming(KafkaError(code, .transaction(by: name, .flush), severity: .abortable))
        }
        if let (error, _) = undelivered { throw error }
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw handle.naming(KafkaError(code, .transaction(by: name, .flush))) }
    }

    /// Adds positions to the transaction, with the group metadata of their assignment.
    public func sendOffsets(
        _ offsets: [PartitionOffset], group: GroupMetadata, timeout: Duration
    ) throws(KafkaError) {
        let list = PartitionList(offsets)
        try unsafe check(
            rd_kafka_send_offsets_to_transaction(handle.pointer, list.pointer, group.pointer, timeout.timeout),
            .sendOffsets)
        if self.offsets != nil { pending = offsets }
    }

    /// Commits the transaction. A timeout is retriable; the outcome is unknown until a later call reports it.
    public func commit(timeout: Duration) throws(KafkaError) {
        try unsafe check(rd_kafka_commit_transaction(handle.pointer, timeout.timeout), .commit)
        offsets?.commit(pending)
    }

    public func abort(timeout: Duration) throws(KafkaError) {
        try unsafe check(rd_kafka_abort_transaction(handle.pointer, timeout.timeout), .abort)
    }

    /// Throws the error of a transactional call. A missing write permission names its topic.
    private func check(_ error: OpaquePointer?, _ step: KafkaError.Operation.Step) throws(KafkaError) {
        do throws(KafkaError) {
            unsafe try KafkaError.check(error, .transaction(by: name, step))
        } catch {
            guard error.code == .topicAuthorizationFailed, let topic = handle.unwritableTopic else {
                throw handle.naming(error)
            }
            var named = error
            named.operation = .transaction(by: name, step, topic: topic)
            throw named
        }
    }

    /// Serves callbacks, and returns the number of waiting records.
    public func waiting() -> Int {
        unsafe rd_kafka_poll(handle.pointer, 0)
        return Int(unsafe rd_kafka_outq_len(handle.pointer))
    }

    /// The error that made this producer unusable; `nil` while it works.
    public var fatalError: KafkaError? {
        var reason = [CChar](repeating: 0, count: 512)
        let code = unsafe rd_kafka_fatal_error(handle.pointer, &reason, reason.count)
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        return KafkaError(code, .transaction(by: name), severity: .fatal, text: ClientConfiguration.string(reason))
    }
}
