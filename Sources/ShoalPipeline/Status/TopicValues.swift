package import ShoalKafka
internal import ShoalSchemas

/// Reads the values of a small topic, such as that of the audit log's heads.
package enum TopicValues {
    /// A record's value, with the record's time.
    package struct Value: Sendable {
        package var bytes: [UInt8]
        /// In ms since 1970.
        package var timeMs: Int64
    }

    /// Returns the values of all records up to the present end, in order within each partition. Joins no group.
    /// - Throws: `PipelineError` if the topic does not exist or cannot be read to its end; `KafkaError`.
    package static func read(_ topic: String, _ kafka: ClientConfiguration) async throws -> [Value] {
        guard let ranges = try await Admin(kafka).ranges(of: topic, after: [:]) else {
            throw PipelineError(.missingData, "\(topic) does not exist")
        }
        var values: [Value] = []
        try await RangeReader(kafka, isShort: false).readWhole(ranges) { batch, index in
            guard let bytes = batch.valueBytes(index) else { return }
            values.append(Value(bytes: Array(bytes), timeMs: batch.timestamp(index)))
        }
        return values
    }
}
