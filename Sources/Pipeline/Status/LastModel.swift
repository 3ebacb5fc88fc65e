internal import Kafka
internal import Schemas

/// Finds the last model of an application's model topic without reading those before it.
struct LastModel {
    let topic: String
    let kafka: ClientConfiguration
    let admin: Admin

    /// Returns the last model that is complete, and when it was written (ms since 1970); nil if there is none.
    /// - Throws: `RulesMismatch`, `ProtoError`, `KafkaError`.
    nonisolated(nonsending) func read() async throws -> (record: ModelRecord, published: Int64)? {
        let partition = TopicPartition(topic, 0)
        let marks = try await admin.watermarks(of: partition)
        var span: Int64 = 16
        while true {
            let from = max(marks.low, marks.high - span)
            var assembly: Parts.Assembly?
            var whole: (bytes: [UInt8], size: Int64, published: Int64)?
            let range = RangeReader.Range(partition: partition, from: from, through: marks.high)
            _ = try await RangeReader(kafka).read([range]) { _, batch, index in
                guard let value = batch.value(index) else { return }
                var part = Parts.Part()
                var reader = ProtoReader(value)
                try part.read(&reader)
                if part.index == 0 { assembly = Parts.Assembly(number: 0, firstOffset: batch.offset(index)) }
                // The first that is read may be in the middle of a model.
                guard let (bytes, size) = try assembly?.add(part) else { return }
                assembly = nil
                whole = (bytes, size, batch.timestamp(index))
            }
            if let whole {
                guard let bytes = Compression.inflate(whole.bytes, size: Int(whole.size)) else {
                    throw ProtoError.badValue
                }
                return (try ModelRecord.decode(bytes), whole.published)
            }
            if from == marks.low { return nil }
            span *= 4
        }
    }
}
