internal import ShoalClustering
internal import ShoalKafka
internal import ShoalPipeline
internal import ShoalSchemas

/// The records of one partition of a topic in a range of offsets. Not thread-safe.
struct TopicSource: EventSource {
    private let reader: PartitionReader
    private var intake: Intake
    /// The current batch, and its next record.
    private var batch = DecodedBatch()
    private var index = 0
    private var events = EventChunk.Reader()
    private let end: Int64
    private let progress: TopicProgress
    private let partition: Int
    private let rejected: RejectedCounts
    /// The topic's name and the partition, for messages.
    private let name: String

    /// - Parameters:
    ///   - name: The topic's name and the partition, for messages.
    ///   - end: The offset after the last record.
    ///   - partition: The partition's index in `progress`.
    init(
        _ name: String, _ reader: PartitionReader, until end: Int64, _ intake: Intake, _ progress: TopicProgress,
        at partition: Int, _ rejected: RejectedCounts
    ) {
        self.name = name
        self.reader = reader
        self.end = end
        self.intake = intake
        self.progress = progress
        self.partition = partition
        self.rejected = rejected
    }

    mutating func next(_ event: inout EngineEvent) -> SourceRecord? {
        while hasRecords {
            let offset = batch.offsets[index]
            defer { index += 1 }
            if let record = record(offset, &event) { return record }
        }
        return nil
    }

    /// - Returns: nil: it is an event that belongs to another partition.
    private mutating func record(_ offset: Int64, _ event: inout EngineEvent) -> SourceRecord? {
        switch batch.records[index] {
        case .event:
            _ = events.next(&event)
            return .event(offset)
        case .parts(let count): return .parts(offset, latest: events.latest(of: count))
        case .part:
            _ = events.next(&event)
            guard events.isMisplaced else { return .part(offset) }
            rejected.add(.wrongPartition)
            return nil
        case .end: return .end(offset)
        case .tombstone(let member, let isMisplaced):
            if isMisplaced { rejected.add(.wrongPartition) }
            return .erase(member, offset)
        case .rejected(let reason):
            rejected.add(reason)
            return .rejected(offset)
        }
    }

    private var hasRecords: Bool { index < batch.records.count }

    func upcoming(_ distance: Int) -> UpcomingEvent? { events.upcoming(distance) }

    mutating func fill() async throws -> Bool {
        guard !isOver else { return false }
        if try poll() { return hasRecords }
        let (progress, name) = (progress.replay, name)
        let (position, end) = (reader.position, end)
        let number = progress.begin("\(name) is read up to offset \(position) of \(end)")
        defer { progress.end(number) }
        while !isOver {
            // A cancelled run ends like a stopped one.
            await reader.wait(atMost: .milliseconds(50))
            if try poll() { return hasRecords }
        }
        return false
    }

    private var isOver: Bool { reader.position >= end || progress.replay.isStopped || Task.isCancelled }

    /// Reads the records that are available.
    /// - Returns: Whether any were read.
    private mutating func poll() throws -> Bool {
        let before = reader.position
        let messages = try reader.poll(max: 2_048)
        if reader.position != before {
            progress.replay.step()
            progress.reached(reader.position, partition)
        }
        guard messages.count > 0 else { return false }
        batch.read(messages, until: end, &intake)
        index = 0
        events = EventChunk.Reader(batch.events)
        return true
    }
}
