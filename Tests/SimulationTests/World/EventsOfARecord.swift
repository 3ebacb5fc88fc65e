@testable import ShoalClustering
@testable import ShoalPipeline

extension [EngineEvent] {
    /// The first of the latest.
    var latest: EngineEvent? {
        reduce(nil) { latest, event in event.time > latest?.time ?? .min ? event : latest }
    }
}

extension ShardMachine {
    /// Performs one step of the record at `place`, which is several events. Must be repeated until they are handled.
    mutating func step(_ events: [EngineEvent], at place: Int64, now: Int64) -> Step {
        if let latest = events.latest, let step = advance(to: latest.tick, at: place, now: now) {
            return step
        }
        for event in events { handle(part: event, at: place) }
        endRecord(place)
        return .handled
    }
}
