@testable import ShoalClustering
@testable import ShoalReplay

/// The committed records of one input partition in memory, in pieces of any size.
struct MemorySource: EventSource {
    /// A record or a part of one, and the event that it holds.
    struct Record: Sendable {
        var content: SourceRecord
        var event = EngineEvent()

        var offset: Int64 { content.offset }

        /// Whether it holds an event.
        var isEvent: Bool {
            switch content {
            case .event, .part: true
            default: false
            }
        }

        static func of(_ record: SimulatedLog.Record, offset: Int64) -> [Self] {
            switch record.value {
            case .event(let event): [Self(content: .event(offset), event: event)]
            case .events(let events):
                [Self(content: .parts(offset, latest: events.latest?.tick))]
                    + events.map { Self(content: .part(offset), event: $0) } + [Self(content: .end(offset))]
            case .tombstone(let member): [Self(content: .erase(member, offset))]
            default: [Self(content: .rejected(offset))]
            }
        }
    }

    private var records: ArraySlice<Record>
    private var ready = 0
    private var draws: Draws

    init(_ records: [Record], from offset: Int64, draws: Draws) {
        self.records = records.drop { $0.offset < offset }
        self.draws = draws
    }

    mutating func next(_ event: inout EngineEvent) -> SourceRecord? {
        guard ready > 0, let record = records.popFirst() else { return nil }
        ready -= 1
        if record.isEvent { event = record.event }
        return record.content
    }

    func upcoming(_ distance: Int) -> UpcomingEvent? { nil }

    mutating func fill() async throws -> Bool {
        for _ in 0..<draws.below(4) { await Task.yield() }
        guard !records.isEmpty else { return false }
        ready = 1 + draws.below(30)
        return true
    }
}
