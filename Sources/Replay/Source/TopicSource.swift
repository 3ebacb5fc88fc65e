internal import Clustering
internal import Kafka
internal import Pipeline
internal import Schemas

/// The records of one partition of a topic, from an offset up to another. Not for two threads.
struct TopicSource: EventSource {
    private let reader: PartitionReader
    private var intake: Intake
    /// What a batch holds: its records, and its events in their order.
    private var records: ArraySlice<SourceRecord> = []
    private var chunk = EventChunk()
    private var cursor = EventChunk.Cursor()
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
        end = range.upperBound
        self.progress = progress
        self.partition = partition
        self.rejected = rejected
    }

    mutating func next(_ event: inout EngineEvent) -> SourceRecord? {
        guard let record = records.popFirst() else { return nil }
        if case .event = record { _ = chunk.next(&cursor, into: &event) }
        return record
    }

    func upcoming(_ distance: Int) -> UpcomingEvent? { chunk.upcoming(cursor, distance) }

    mutating func fill() async throws -> Bool {
        while reader.position < end, !progress.replay.isStopped {
            let batch = try reader.poll(max: 2_048)
            progress.reached(reader.position, partition)
            if batch.count > 0 {
                read(batch)
                return !records.isEmpty
            }
            try await Task.sleep(for: .milliseconds(1))
        }
        return false
    }

    /// Reads a whole batch, so that memory can be fetched ahead.
    private mutating func read(_ batch: borrowing MessageBatch) {
        records = []
        chunk = EventChunk()
        cursor = EventChunk.Cursor()
        for index in 0..<batch.count {
            let offset = batch.offset(index)
            guard offset < end else { break }
            switch intake.decode(batch, index) {
            case .event:
                chunk.append(intake.buffer, id: intake.id, viewer: intake.viewerHash)
                records.append(.event(offset))
            case .tombstone(let member): records.append(.erase(member, offset))
            case .rejected(let reason):
                rejected.add(reason)
                records.append(.rejected(offset))
            }
        }
        chunk.identify(&intake)
    }
}
