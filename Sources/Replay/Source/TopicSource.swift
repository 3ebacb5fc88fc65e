internal import Clustering
internal import Kafka
internal import Pipeline
internal import Schemas

/// The records of one partition of a topic, from an offset up to another. Not for two threads.
struct TopicSource: EventSource {
    var event: EngineEvent { intake.event }
    private let reader: PartitionReader
    private var intake: Intake
    private var batch: MessageBatchBox
    private var index = 0
    private let end: Int64
    private let progress: TopicProgress
    private let partition: Int
    private let rejected: RejectedCounts

    /// - Parameters:
    ///   - partition: where it stands in `progress`; its number, unless `number` is given.
    ///   - range: the first offset, and the one behind the last.
    init(
        _ client: ReaderClient, topic: String, partition: Int, of number: Int32? = nil, range: Range<Int64>,
        key: PrivacyKey, options: WatchEventReader.Options, progress: TopicProgress, rejected: RejectedCounts
    ) throws {
        reader = try client.reader(topic: topic, partition: number ?? Int32(partition), from: range.lowerBound)
        intake = Intake(key: key, options: options)
        batch = MessageBatchBox()
        end = range.upperBound
        self.progress = progress
        self.partition = partition
        self.rejected = rejected
    }

    mutating func next() -> SourceRecord? {
        guard index < batch.batch.count else { return nil }
        let offset = batch.batch.offset(index)
        guard offset < end else { return nil }
        defer { index += 1 }
        switch intake.read(batch.batch, index) {
        case .event: return .event(offset)
        case .tombstone(let member): return .erase(member, offset)
        case .rejected(let reason):
            rejected.add(reason)
            return .rejected(offset)
        }
    }

    mutating func fill() async throws -> Bool {
        if index < batch.batch.count { return false }
        while reader.position < end, !progress.replay.isStopped {
            batch.batch = try reader.poll(max: 2_048)
            index = 0
            progress.reached(reader.position, partition)
            if batch.batch.count > 0 { return batch.batch.offset(0) < end }
            try await Task.sleep(for: .milliseconds(1))
        }
        return false
    }
}

/// Holds the batch at hand: a batch cannot be copied, and a source is handed on.
final class MessageBatchBox {
    var batch = MessageBatch()
}
