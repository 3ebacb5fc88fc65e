internal import CShoalRdKafka

extension Admin {
    /// The offsets of many partitions, with one request to each leader.
    /// - Parameters:
    ///   - time: milliseconds since 1970: the first record with at least this timestamp; nil: the high watermark.
    /// - Returns: nil for a partition whose leader does not answer, and -1 if no record is so new.
    public func offsets(
        of partitions: [TopicPartition], atTime time: Int64?, timeout: Duration = .seconds(5)
    ) async throws(KafkaError) -> [TopicPartition: Int64] {
        guard !partitions.isEmpty else { return [:] }
        let operation: KafkaError.Operation = time == nil ? .highWatermarks : .offsetsByTime
        return try await onThread(timeout, operation) { handle throws(KafkaError) in
            let time = time ?? Int64(RD_KAFKA_OFFSET_END)
            let list = PartitionList(partitions.map { PartitionOffset($0, offset: time, metadata: "") })
            try KafkaError.check(
                unsafe rd_kafka_offsets_for_times(handle.pointer, list.pointer, timeout.timeout), operation)
            var found: [TopicPartition: Int64] = [:]
            for index in 0..<list.count {
                let (offset, error) = list.element(index)
                if error == RD_KAFKA_RESP_ERR_NO_ERROR { found[offset.partition] = offset.offset }
            }
            return found
        }
    }
}
