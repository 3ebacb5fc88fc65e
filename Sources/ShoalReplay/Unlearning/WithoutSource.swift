internal import ShoalClustering
internal import ShoalSchemas

/// A source of which the records of some members have no effect.
struct WithoutSource<Base: EventSource>: EventSource {
    private var base: Base
    private let left: Set<Pseudonym>

    init(_ base: Base, without left: Set<Pseudonym>) {
        self.base = base
        self.left = left
    }

    mutating func next(_ event: inout EngineEvent) -> SourceRecord? {
        let record = base.next(&event)
        switch record {
        case .event(let place): return left.contains(event.member) ? .rejected(place) : record
        case .part:
            // The rest of its record is handled.
            return left.contains(event.member) ? next(&event) : record
        case .parts(let place, let latest):
            return latest.map { left.contains($0.member) } ?? true ? .parts(place, latest: nil) : record
        case .erase(let member, let place): return left.contains(member) ? .rejected(place) : record
        case .rejected, .end, nil: return record
        }
    }

    func upcoming(_ distance: Int) -> UpcomingEvent? { base.upcoming(distance) }

    mutating func fill() async throws -> Bool { try await base.fill() }
}
