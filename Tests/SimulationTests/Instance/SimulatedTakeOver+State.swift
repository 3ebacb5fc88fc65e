@testable import ShoalClustering
@testable import ShoalPipeline

extension StateTable {
    mutating func take(_ record: SimulatedLog.Record, offset: Int64) throws {
        guard let key = record.key else { return }
        if case .bytes(let value) = record.value {
            try take(key: key.span, value: value.span, offset: offset)
        } else {
            try take(key: key.span, value: nil, offset: offset)
        }
    }
}

extension SimulatedTakeOver {
    func watermarks(_ world: Simulation) -> (models: Int64, deltas: Int64, state: Int64) {
        let state = part == .deltas ? 0 : world.kafka[.state(part.number)].high
        return (world.kafka[.models].high, world.kafka[.deltas].high, state)
    }

    /// - Returns: Whether the state was read up to the offset.
    func readState(_ world: Simulation, through offset: Int64) throws -> Bool {
        let topic = SimulatedKafka.Topic.state(part.number)
        for _ in 0..<1 + world.draws.below(12) where statePosition < offset {
            guard let (place, record) = try world.read(topic, from: &statePosition) else { break }
            statePosition = place + 1
            if world.off == .stateErased, case .tombstone = record.value { continue }
            try state.take(record, offset: place)
            if world.off == .stateWhole { try takeForWhole(record, place) }
        }
        let end = world.off == .stateToHigh ? min(offset, world.kafka[topic].lastStable) : offset
        return statePosition >= end
    }

    /// Treats a snapshot as complete as soon as it has begun.
    private func takeForWhole(_ record: SimulatedLog.Record, _ offset: Int64) throws {
        guard let key = record.key, case .bytes(let value) = record.value else { return }
        var member = StateRecord.Members()
        guard
            case .part(let side, let number, let part) = try StateRecord.read(
                key: key.span, value: value.span, by: state.sealer, into: &member), part.index == part.count - 1
        else { return }
        var records = RecordBuffer()
        StateRecord.append(.init(number: number, side: side), to: &records)
        guard let entry = records.entries.first, let key = entry.key, let value = entry.value else { return }
        let bytes = records.bytes.span
        try state.take(key: bytes.extracting(key), value: bytes.extracting(value), offset: offset)
    }

    /// Returns a shard restored from the last snapshot; `nil` if its model has not been read.
    func restored(_ world: Simulation, _ work: SimulatedWork) throws -> SimulatedShard? {
        guard var found = try state.restored() else { throw Finding("\(part): there is no snapshot") }
        switch world.off {
        case .stateDelta: found.header.delta = []
        case .stateClock: found.header.clock = []
        case .stateIds: found.header.ids = []
        case .stateNumber: found.header.deltaCount = 0
        case .stateCandidates: (found.header.candidates, found.header.namings) = ([], [])
        case .laterDelta: found.later = nil
        default: break
        }
        let model =
            if let epoch = found.header.point.epoch {
                try work.models.exact(epoch - world.scenario.settings.fixed.staleness)
            } else {
                work.models.genesisModel
            }
        guard let model else { throw TakeOver.MissingData.modelsGone(part) }
        return SimulatedShard(part, found, model, state, world)
    }
}
