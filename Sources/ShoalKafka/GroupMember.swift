internal import CShoalRdKafka

/// An event of a group member.
public enum GroupEvent: Sendable {
    /// The partitions are assigned. `acknowledgeAssignment` must follow.
    case assigned([TopicPartition])
    /// The partitions must be released: drain, commit, then call `acknowledgeRevocation`. If lost, they already belong
    /// to another member, and nothing can be committed.
    case revoked([TopicPartition], lost: Bool)
    case failed(KafkaError)
}

/// The group metadata of one assignment, which fences the offsets of zombies.
///
/// `@unchecked Sendable`: librdkafka only reads it.
@safe public final class GroupMetadata: @unchecked Sendable {
    let pointer: OpaquePointer
    /// The group's generation, for logs; `nil` if it cannot be determined with this librdkafka.
    public let generation: Int32?

    init(_ pointer: OpaquePointer, group: String) {
        unsafe self.pointer = pointer
        generation = unsafe Self.generation(of: pointer, group)
    }

    deinit {
        unsafe rd_kafka_consumer_group_metadata_destroy(pointer)
    }

    /// Extracts the generation. librdkafka has no function for this, but the serialised form begins with a magic word,
    /// the generation and the group's name. The form is internal to librdkafka, so the result is `nil` unless magic
    /// word and name are as in version 2.0.
    private static func generation(of pointer: OpaquePointer, _ group: String) -> Int32? {
        var buffer: UnsafeMutableRawPointer?
        var size = 0
        if let error = unsafe rd_kafka_consumer_group_metadata_write(pointer, &buffer, &size) {
            unsafe rd_kafka_error_destroy(error)
            return nil
        }
        guard let buffer = unsafe buffer else { return nil }
        defer { unsafe rd_kafka_mem_free(nil, buffer) }
        // Safe: librdkafka returns `size` bytes.
        let bytes = unsafe UnsafeRawBufferPointer(start: buffer, count: size)
        let (magic, name) = (Array("CGMDv2:".utf8), Array(group.utf8) + [0])
        let start = magic.count + MemoryLayout<Int32>.size
        guard unsafe bytes.starts(with: magic), unsafe bytes.dropFirst(start).starts(with: name) else { return nil }
        return unsafe bytes.loadUnaligned(fromByteOffset: magic.count, as: Int32.self)
    }
}

/// A consumer group member that reads no records: it handles assignments and queries offsets, while records are read by
/// a `ReaderClient`. So a take-over can be interrupted by the next rebalance at any point.
///
/// Not thread-safe. `deinit` leaves without notice; `close` leaves the group.
@safe public final class GroupMember {
    private let handle: Handle
    private let queue: OpaquePointer?
    public let group: String
    private let offsets: TransactionalOffsets?
    private let arrivals: Signal

    /// Milliseconds after which the group removes a member that is gone, unless `session.timeout.ms` is set.
    public static let sessionTimeout: Int64 = 10_000

    /// Joins the group.
    /// - Parameters:
    ///   - instance: The static member's id (`group.instance.id`); `nil` for a dynamic member.
    ///   - arrivals: Is notified when there are events after a `poll` that returned none.
    public init(
        _ configuration: ClientConfiguration, group: String, instance: String?, topics: [String],
        notifying arrivals: Signal = Signal()
    ) throws(KafkaError) {
        var settings = [
            "group.id": group, "isolation.level": "read_committed", "enable.auto.commit": "false",
            "enable.auto.offset.store": "false", "auto.offset.reset": "error",
        ]
        if configuration.settings["partition.assignment.strategy"] == nil {
            settings["partition.assignment.strategy"] = "range"
        }
        if configuration.settings["session.timeout.ms"] == nil {
            settings["session.timeout.ms"] = "\(Self.sessionTimeout)"
        }
        if configuration.settings["heartbeat.interval.ms"] == nil {
            // Three heartbeats per session timeout, at most 3 s apart (librdkafka's default).
            let session = configuration.settings["session.timeout.ms"].flatMap { Int64($0) } ?? Self.sessionTimeout
            settings["heartbeat.interval.ms"] = "\(max(min(session / 3, 3_000), 1))"
        }
        if let instance {
            settings["group.instance.id"] = instance
            if configuration.settings["client.id"] == nil { settings["client.id"] = instance }
        }
        self.group = group
        self.arrivals = arrivals
        offsets = configuration.offsets
        handle = try Handle(
            RD_KAFKA_CONSUMER, configuration, adding: settings,
            events: RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_ERROR)
        try unsafe KafkaError.check(rd_kafka_poll_set_consumer(handle.pointer), .joining(group: group))
        unsafe queue = rd_kafka_queue_get_consumer(handle.pointer)
        unsafe arrivals.notify(of: queue)
        let list = PartitionList(topics.map { TopicPartition($0, -1) })
        try KafkaError.check(
            unsafe rd_kafka_subscribe(handle.pointer, list.pointer), .subscribing(topics: topics))
    }

    deinit {
        // Before the client, which is released with the properties.
        if let queue = unsafe queue {
            unsafe Signal.end(of: queue)
            unsafe rd_kafka_queue_destroy(queue)
        }
    }

    /// Returns the next event, waiting up to `timeout`.
    public func poll(timeout: Duration = .zero) -> GroupEvent? {
        guard let event = unsafe rd_kafka_queue_poll(queue, timeout.timeout) else { return nil }
        defer { unsafe rd_kafka_event_destroy(event) }
        switch unsafe rd_kafka_event_type(event) {
        case RD_KAFKA_EVENT_REBALANCE:
            let partitions = unsafe PartitionList.partitions(of: rd_kafka_event_topic_partition_list(event)).sorted()
            return switch unsafe rd_kafka_event_error(event) {
            case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS: .assigned(partitions)
            default: .revoked(partitions, lost: unsafe rd_kafka_assignment_lost(handle.pointer) != 0)
            }
        case RD_KAFKA_EVENT_ERROR:
            let code = unsafe rd_kafka_event_error(event)
            let text = unsafe rd_kafka_event_error_string(event).map { unsafe String(cString: $0) }
            if code == RD_KAFKA_RESP_ERR__FATAL {
                var reason = [CChar](repeating: 0, count: 512)
                let fatal = unsafe rd_kafka_fatal_error(handle.pointer, &reason, reason.count)
                return .failed(
                    KafkaError(
                        fatal, .member(group: group), severity: .fatal, text: ClientConfiguration.string(reason)))
            }
            return .failed(handle.naming(mechanismOf: KafkaError(code, .member(group: group), text: text)))
        default:
            return nil
        }
    }

    /// Accepts the assignment. This client fetches nothing, so librdkafka is given an empty list.
    public func acknowledgeAssignment() throws(KafkaError) {
        let none = PartitionList()
        try KafkaError.check(unsafe rd_kafka_assign(handle.pointer, none.pointer), .member(group: group, .assignment))
    }

    /// Releases the partitions, so that the group can reassign them.
    public func acknowledgeRevocation() throws(KafkaError) {
        try KafkaError.check(unsafe rd_kafka_assign(handle.pointer, nil), .member(group: group, .revocation))
    }

    /// Returns the metadata of the current assignment, to be used for all its transactions.
    /// - Throws: `KafkaError`; `isGroupLoss` if the assignment is already lost. Its metadata would name no generation,
    ///   and Kafka does not check such offsets.
    public func metadata() throws(KafkaError) -> GroupMetadata {
        guard let pointer = unsafe rd_kafka_consumer_group_metadata(handle.pointer) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__STATE, .member(group: group, .metadata))
        }
        let metadata = unsafe GroupMetadata(pointer, group: group)
        // librdkafka's thread clears generation and member id together with the assignment. If the assignment is not
        // lost now, it was not lost when the metadata was taken.
        if unsafe rd_kafka_assignment_lost(handle.pointer) != 0 || memberID.isEmpty {
            throw KafkaError(RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST, .member(group: group, .metadata))
        }
        return metadata
    }

    /// The member id, for logs.
    public var memberID: String {
        guard let text = unsafe rd_kafka_memberid(handle.pointer) else { return "" }
        defer { unsafe rd_kafka_mem_free(handle.pointer, text) }
        return unsafe String(cString: text)
    }

    /// Returns the committed, stable positions. Waits up to `timeout` while an open transaction holds some of them.
    /// - Returns: `nil` for a partition without a committed position.
    /// - Throws: `KafkaError`; `isTimeout` while a predecessor's transaction holds offsets.
    public func committed(
        _ partitions: [TopicPartition], timeout: Duration
    ) throws(KafkaError) -> [TopicPartition: PartitionOffset] {
        if let offsets { return offsets.committed(partitions) }
        let list = PartitionList(partitions)
        let operation = KafkaError.Operation.committedOffsets(group: group, of: partitions)
        try KafkaError.check(unsafe rd_kafka_committed(handle.pointer, list.pointer, timeout.timeout), operation)
        var found: [TopicPartition: PartitionOffset] = [:]
        for index in 0..<list.count {
            let (offset, error) = list.element(index)
            try KafkaError.check(error, operation)
            if offset.offset >= 0 { found[offset.partition] = offset }
        }
        return found
    }

    /// Leaves the group within about `timeout`. A static member keeps its assignment until the session ends.
    public func close(timeout: Duration) {
        if let error = unsafe rd_kafka_consumer_close_queue(handle.pointer, queue) {
            unsafe rd_kafka_error_destroy(error)
            return
        }
        let end = ContinuousClock.now + timeout
        while unsafe rd_kafka_consumer_closed(handle.pointer) == 0, ContinuousClock.now < end {
            if case .revoked = poll(timeout: .milliseconds(50)) { try? acknowledgeRevocation() }
        }
    }
}
