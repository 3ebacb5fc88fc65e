internal import ShoalClustering
internal import ShoalKafka
internal import ShoalSchemas

/// Searches the delta topic for committed messages. A partition that has sent any must have a committed position.
struct DeltaSearch {
    private let options: PipelineOptions

    init(_ options: PipelineOptions) {
        self.options = options
    }

    /// Returns whether there is a message of the partition (for the delta topic: any message) before `offset`.
    func find(_ part: AssignedPartition, through offset: Int64) async throws -> Bool {
        guard offset > 0 else { return false }
        // A separate client, because the coordinator's reader may be reading the same partition.
        let admin = try Admin(options.kafka)
        let low = try await admin.watermarks(of: TopicPartition(options.topics.deltas, 0)).low
        let reader = try ReaderClient(options.kafka).reader(topic: options.topics.deltas, partition: 0, from: low)
        while reader.position < offset {
            let batch = try reader.poll(max: 1_000)
            if batch.count == 0 { await reader.wait(atMost: .milliseconds(400)) }
            for index in 0..<batch.count where batch.offset(index) < offset {
                guard case .input(let partition) = part else { return true }
                guard let value = batch.value(index) else { continue }
                do throws(ProtoError) {
                    switch try DeltaRecord.decode(value) {
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
