internal import CShoalRdKafka

/// How producers choose the partition of a record that has a key.
public enum Partitioner: String, CaseIterable, Sendable {
    /// The default of Java clients and of Kafka's own tools; `murmur2_random` in librdkafka.
    case murmur2
    /// The default of librdkafka and of the clients that are built on it; `consistent_random` in librdkafka.
    case crc32

    /// The partitioner of producers that name no other.
    public static let standard = murmur2

    /// Returns the partition of a key in a topic with `count` partitions.
    /// - Returns: nil for an empty key, which producers place at random, and for a topic without partitions.
    public func partition(of key: Span<UInt8>, count: Int32) -> Int32? {
        guard key.count > 0, count > 0 else { return nil }
        return unsafe key.withUnsafeBufferPointer { buffer in
            // Safe: librdkafka reads the bytes of the key only, and uses none of the other arguments.
            switch self {
            case .murmur2:
                unsafe rd_kafka_msg_partitioner_murmur2(nil, buffer.baseAddress, buffer.count, count, nil, nil)
            case .crc32:
                unsafe rd_kafka_msg_partitioner_consistent(nil, buffer.baseAddress, buffer.count, count, nil, nil)
            }
        }
    }

    /// The value of librdkafka's property `partitioner`.
    var libraryName: String {
        switch self {
        case .murmur2: "murmur2_random"
        case .crc32: "consistent_random"
        }
    }
}
