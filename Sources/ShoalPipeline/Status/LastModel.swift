internal import ShoalKafka
internal import ShoalSchemas

/// Finds the last model of an application's model topic without reading those before it.
struct LastModel {
    let topic: String
    let kafka: ClientConfiguration
    let admin: Admin

    /// A model and its position in the topic.
    struct Located {
        /// The offset of its first part.
        var firstOffset: Int64
        /// The sealed model.
        var whole: Chunks.Whole
        /// The write time of its last part, in ms since 1970.
        var timestamp: Int64
        /// The offset of its last part.
        var offset: Int64
    }

    /// Returns what the last model that is complete says in clear, and when it was written (ms since 1970); nil if
    /// there is none.
    /// - Throws: `RulesMismatch`, `ProtoError`, `KafkaError`.
    nonisolated(nonsending) func read() async throws -> (head: ModelHead, published: Int64)? {
        guard let found = try await locate() else { return nil }
        do {
            return (try ModelHead.decode(found.whole), found.timestamp)
        } catch let error as ProtoError {
            throw error.at(offset: found.offset)
        }
    }

    /// Returns the last model that is complete, not opened; nil if there is none.
    /// - Throws: `ProtoError`, `KafkaError`.
    nonisolated(nonsending) func locate() async throws -> Located? {
        let partition = TopicPartition(topic, 0)
        let marks = try await admin.watermarks(of: partition)
        var span: Int64 = 16
        while true {
            let from = max(marks.low, marks.high - span)
            var assembly: Chunks.Assembly?
            var whole: Located?
            let range = RangeReader.Range(partition: partition, from: from, through: marks.high)
            _ = try await RangeReader(kafka).read([range]) { _, batch, index in
                guard let value = batch.value(index) else { return }
                var part = Chunks.Chunk()
                var reader = ProtoReader(value)
                try part.read(&reader)
                if part.index == 0 { assembly = Chunks.Assembly(number: 0, firstOffset: batch.offset(index)) }
                // The first that is read may be in the middle of a model.
                guard let open = assembly else { return }
                var parts = open
                let all = try parts.add(part)
                assembly = all == nil ? parts : nil
                guard let all else { return }
                whole = Located(
                    firstOffset: open.firstOffset, whole: all, timestamp: batch.timestamp(index),
                    offset: batch.offset(index))
            }
            if let whole { return whole }
            if from == marks.low { return nil }
            span *= 4
        }
    }
}
