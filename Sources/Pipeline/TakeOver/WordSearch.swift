internal import Clustering
internal import Kafka
internal import Schemas

/// Looks for committed words in the delta topic: whoever has said something must have a committed position.
struct WordSearch {
    private let options: PipelineOptions

    init(_ options: PipelineOptions) {
        self.options = options
    }

    /// Whether there is a word of the part, of the delta topic's own part any at all, before `offset`.
    func find(_ part: Part, through offset: Int64) async throws -> Bool {
        guard offset > 0 else { return false }
        // A client of its own: the coordinator's reader may be reading the same partition.
        let admin = try Admin(options.kafka)
        let low = try await admin.watermarks(of: TopicPartition(options.topics.deltas, 0)).low
        let reader = try ReaderClient(options.kafka).reader(topic: options.topics.deltas, partition: 0, from: low)
        while reader.position < offset {
            let batch = try reader.poll(max: 1_000)
            if batch.count == 0 { try await Task.sleep(for: .milliseconds(3)) }
            for index in 0..<batch.count where batch.offset(index) < offset {
                guard case .input(let partition) = part else { return true }
                guard let value = batch.value(index) else { continue }
                do throws(ProtoError) {
                    switch try WordRecord.decode(value) {
                    case .part(partition, _, _), .word(.caughtUp(partition, _)), .word(.behind(partition, _)):
                        return true
                    default: continue
                    }
                } catch {
                    continue
                }
            }
            try Task.checkCancellation()
        }
        return false
    }
}
