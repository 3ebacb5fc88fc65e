internal import Clustering
internal import Pipeline
internal import Schemas

/// Where a partition's records come from, in order.
protocol EventSource: SendableMetatype {
    /// The next record at hand; nil: none is.
    /// - Parameter event: a buffer that is used again; afterwards the event of the last record that was one.
    mutating func next(_ event: inout EngineEvent) -> SourceRecord?

    /// The event that comes so many events behind the last one; nil: it is not known yet.
    func upcoming(_ distance: Int) -> UpcomingEvent?

    /// Waits for records.
    /// - Returns: false at the end.
    mutating func fill() async throws -> Bool
}

/// What a record turned out to be, and its offset.
enum SourceRecord {
    case event(Int64)
    case erase(Pseudonym, Int64)
    case rejected(Int64)
}

/// A partition's events in a file: offsets are counted.
struct FileSource: EventSource {
    private let feed: FileFeed
    private let partition: Int
    /// Knows the partition's viewers, and no others.
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

/// A partition's events of one epoch that is given.
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
