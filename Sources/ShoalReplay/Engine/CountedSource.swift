internal import ShoalClustering
internal import ShoalPipeline
internal import ShoalSchemas

/// A source of events without offsets of their own, which are counted.
protocol CountedSource: EventSource {
    /// The events of the current chunk.
    var events: EventChunk.Reader { get set }
    /// The offset of the next event.
    var offset: Int64 { get set }
}

extension CountedSource {
    mutating func next(_ event: inout EngineEvent) -> SourceRecord? {
        guard events.next(&event) else { return nil }
        defer { offset += 1 }
        return .event(offset)
    }

    func upcoming(_ distance: Int) -> UpcomingEvent? { events.upcoming(distance) }
}
