internal import CShoalRdKafka

/// Observes a cluster: the committed positions of a group without joining it, leaders, and the ends of logs.
///
/// `@unchecked Sendable`: librdkafka's functions may be called from any thread, and nothing here changes after `init`.
@safe public final class KafkaProbe: @unchecked Sendable {
    private let client: OpaquePointer

    public init(_ bootstrap: String, group: String) throws {
        let conf = unsafe rd_kafka_conf_new()
        var text = [CChar](repeating: 0, count: 512)
        // Committed positions are needed immediately, even during a transaction. Faults are expected and not logged.
        for (name, value) in [
            "bootstrap.servers": bootstrap, "group.id": group, "isolation.level": "read_uncommitted",
            "enable.auto.commit": "false", "log_level": "0", "reconnect.backoff.max.ms": "500",
        ] {
            unsafe rd_kafka_conf_set(conf, name, value, &text, text.count)
        }
        guard let client = unsafe rd_kafka_new(RD_KAFKA_CONSUMER, conf, &text, text.count) else {
            throw BrokerUnavailable(what: "a client")
        }
        unsafe self.client = client
    }

    deinit {
        unsafe rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
    }

    /// Returns the next offset of each partition, with its metadata; `nil` if no broker answers.
    public func committed(_ topic: String, partitions: Int32) -> [Int32: (offset: Int64, metadata: String)]? {
        let list = unsafe rd_kafka_topic_partition_list_new(partitions)
        defer { unsafe rd_kafka_topic_partition_list_destroy(list) }
        for partition in 0..<partitions { unsafe rd_kafka_topic_partition_list_add(list, topic, partition) }
        guard unsafe rd_kafka_committed(client, list, 1_000) == RD_KAFKA_RESP_ERR_NO_ERROR, let list = unsafe list
        else { return nil }
        var found: [Int32: (offset: Int64, metadata: String)] = [:]
        for index in 0..<Int(unsafe list.pointee.cnt) {
            // Safe: the list has `cnt` elements, and the size of each metadata is stored beside it.
            let element = unsafe list.pointee.elems[index]
            guard unsafe element.err == RD_KAFKA_RESP_ERR_NO_ERROR, unsafe element.offset >= 0 else { continue }
            let metadata = unsafe element.metadata.map {
                unsafe String(
                    decoding: UnsafeRawBufferPointer(start: $0, count: element.metadata_size), as: UTF8.self)
            }
            unsafe found[element.partition] = (element.offset, metadata ?? "")
        }
        return found
    }

    /// Returns the broker that leads a partition; `nil` if there is none or no broker answers.
    public func leader(of topic: String, _ partition: Int32) -> Int? {
        guard let rkt = unsafe rd_kafka_topic_new(client, topic, nil) else { return nil }
        defer { unsafe rd_kafka_topic_destroy(rkt) }
        var metadata: UnsafePointer<rd_kafka_metadata>?
        guard unsafe rd_kafka_metadata(client, 0, rkt, &metadata, 5_000) == RD_KAFKA_RESP_ERR_NO_ERROR,
            let metadata = unsafe metadata
        else { return nil }
        defer { unsafe rd_kafka_metadata_destroy(metadata) }
        guard unsafe metadata.pointee.topic_cnt == 1, let found = unsafe metadata.pointee.topics?[0] else { return nil }
        for index in 0..<Int(unsafe found.partition_cnt) {
            let entry = unsafe found.partitions[index]
            if unsafe entry.id == partition, unsafe entry.leader >= 0 { return Int(unsafe entry.leader) }
        }
        return nil
    }

    /// Returns the broker that coordinates a group.
    public func coordinator(ofGroup group: String) -> Int? {
        leader(of: "__consumer_offsets", Self.place(group))
    }

    /// Returns the broker that coordinates a producer's transactions.
    public func coordinator(ofTransactions id: String) -> Int? {
        leader(of: "__transaction_state", Self.place(id))
    }

    /// Returns Java's hash of a string modulo the 8 partitions that internal topics have in the test clusters.
    private static func place(_ text: String) -> Int32 {
        let hash = text.utf16.reduce(Int32(0)) { $0 &* 31 &+ Int32($1) }
        return (hash & .max) % 8
    }

    /// Returns the high watermark, which includes records of open transactions.
    public func end(of topic: String, _ partition: Int32) -> Int64? {
        var (low, high): (Int64, Int64) = (0, 0)
        let code = unsafe rd_kafka_query_watermark_offsets(client, topic, partition, &low, &high, 1_000)
        return code == RD_KAFKA_RESP_ERR_NO_ERROR ? high : nil
    }
}
