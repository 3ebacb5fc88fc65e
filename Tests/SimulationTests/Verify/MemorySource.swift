@testable import ShoalClustering
@testable import ShoalReplay

/// The committed records of one input partition in memory, in pieces of any size.
struct MemorySource: EventSource {
    /// A record, and the event that it holds.
    struct Record: Sendable {
        var content: SourceRecord
        var event = EngineEvent()

        var offset: Int64 {
            switch content {
            case .event(let offset), .erase(_, let offset), .rejected(let offset): offset
            }
        }

        init(_ record: SimulatedLog.Record, offset: Int64) {
            switch record.value {
            case .event(let event):
                content = .event(offset)
                self.event = event
            case .tombstone(let member): content = .erase(member, offset)
            default: content = .rejected(offset)
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
        if case .event = record.content { event = record.event }
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
