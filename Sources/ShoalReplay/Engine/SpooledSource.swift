internal import ShoalClustering

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
