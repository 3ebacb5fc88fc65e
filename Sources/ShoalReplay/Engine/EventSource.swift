internal import ShoalClustering
internal import ShoalPipeline
internal import ShoalSchemas

/// The records of a partition, in order.
protocol EventSource: SendableMetatype {
    /// Returns the next available record, or `nil`.
    /// - Parameter event: A reusable buffer. Receives the event if the record is one.
    mutating func next(_ event: inout EngineEvent) -> SourceRecord?

    /// Returns the event at this distance after the last one, or `nil` if it is not known yet.
    func upcoming(_ distance: Int) -> UpcomingEvent?

    /// Waits for records.
    /// - Returns: False at the end.
    mutating func fill() async throws -> Bool
}

/// The kind of a record, and its offset.
enum SourceRecord {
    case event(Int64)
    case erase(Pseudonym, Int64)
    case rejected(Int64)
}

/// A partition's events in a file. Offsets are counted.
struct FileSource: EventSource {
    private let feed: FileFeed
    private let partition: Int
    /// Caches only the viewers of this partition.
    private var intake: Intake
    private var events = EventChunk.Reader()
    private var offset: Int64 = 0

    init(_ feed: FileFeed, partition: Int, key: PrivacyKey) {
        self.feed = feed
        self.partition = partition
        intake = Intake(key: key, options: WatchEventReader.Options())
    }

    mutating func next(_ event: inout EngineEvent) -> SourceRecord? {
        guard events.next(&event) else { return nil }
        defer { offset += 1 }
        return .event(offset)
    }

    func upcoming(_ distance: Int) -> UpcomingEvent? { events.upcoming(distance) }

    mutating func fill() async throws -> Bool {
        guard var next = try await feed.next(partition) else { return false }
        next.identify(&intake)
        events = EventChunk.Reader(next)
        return true
    }
}

/// A partition's events of one given epoch.
struct SpooledSource: EventSource {
    private let spool: EpochSpool
    private let partition: Int
    private var events = EventChunk.Reader()
    private var offset: Int64 = 0
    var epoch: Epoch

    init(_ spool: EpochSpool, partition: Int, first: Epoch) {
        self.spool = spool
        self.partition = partition
        epoch = first
    }

    mutating func next(_ event: inout EngineEvent) -> SourceRecord? {
        guard events.next(&event) else { return nil }
        defer { offset += 1 }
        return .event(offset)
    }

    func upcoming(_ distance: Int) -> UpcomingEvent? { events.upcoming(distance) }

    mutating func fill() async throws -> Bool {
        guard let next = try await spool.next(epoch, partition) else { return false }
        events = EventChunk.Reader(next)
        return true
    }
}
