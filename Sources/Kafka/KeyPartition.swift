internal import CRdKafka

extension TopicPartition {
    /// The partition that a record with this key goes to, where a topic has `count` of them: murmur2, as Java's clients and
    /// Shoal's producers do it.
    public static func partition(ofKey key: Span<UInt8>, count: Int32) -> Int32 {
        unsafe key.withUnsafeBufferPointer { buffer in
            // Safe: librdkafka reads `count` bytes of the key, and looks at nothing else.
            unsafe rd_kafka_msg_partitioner_murmur2(nil, buffer.baseAddress, buffer.count, count, nil, nil)
        }
    }
}
