import ShoalSettings

@testable import ShoalClustering
@testable import ShoalPipeline

/// The reference run: the same engine over the same logs, without Kafka, faults or clocks. On a complete topic it
/// closes epochs by the topic alone. On a topic that grew it follows the included deltas recorded by the run's models.
struct Undisturbed {
    private let settings: Settings
    private var clusters: DescriptionTable?
    /// The rule that is left out. The run may break every rule of the clock, because the reference breaks it too.
    private let off: Rule?
    private let genesis: CompiledModel
    private let encoder: ChangeRecord
    private let input: [[(offset: Int64, record: SimulatedLog.Record)]]
    private(set) var shards: [ShardMachine]
    private(set) var published = Published()
    private var next: [Int]
    private var epochDeltas: [[EpochDelta]]
    private var firsts: [Epoch?]
    private var assembler: EpochDeltaAssembler
    /// The versions computed so far, and the number of included epoch deltas of each partition.
    private var models: [Epoch: CompiledModel] = [:]
    private var included: [Int]
    private var start: Epoch?

    /// - Parameter firstOffsets: The offsets at which the application began to read.
    init(_ world: Simulation, firstOffsets: [Int64]) {
        settings = world.scenario.settings
        off = world.off
        assembler = EpochDeltaAssembler(partitions: world.feed.count, sealer: world.seals.deltas)
        let model = CompiledModel(world.scenario.genesis, version: nil)
        genesis = model
        clusters = world.clustersTopic.map { _ in DescriptionTable(after: world.scenario.genesis) }
        encoder = ChangeRecord(format: .protobuf, key: world.key)
        input = world.feed.indices.map { partition in
            world.kafka[.input(Int32(partition))].committed.filter { $0.offset >= firstOffsets[partition] }
        }
        shards = input.indices.map { partition in
            ShardMachine(
                partition: Int32(partition), offset: firstOffsets[partition], genesis: model, keys: world.topicKeys,
                output: world.output,
                caughtUp: CaughtUp(timeout: 0, now: 0))
        }
        next = input.map { _ in 0 }
        epochDeltas = input.map { _ in [] }
        firsts = input.map { _ in nil }
        included = input.map { _ in 0 }
    }

    /// - Parameter recorded: The bookkeeping of the models that the run published; `nil` to use the topic alone.
    mutating func run(obeying recorded: [Bookkeeping]?) throws {
        var model = genesis.model
        var version: Epoch?
        var remaining = recorded.map { $0[...] }
        while true {
            for partition in shards.indices { try advance(partition) }
            let through: Epoch
            let take: [Int]
            if remaining != nil {
                guard let record = remaining?.popFirst(), let recordThrough = record.through else { return }
                through = recordThrough
                take = record.partitions.map { Int($0.included) }
                guard zip(take, epochDeltas).allSatisfy({ $0 <= $1.count }) else {
                    throw Finding("the recorded list of deltas in model \(through) cannot be obeyed")
                }
                if version == nil { try checkStart(record, through) }
            } else if let version {
                through = version + 1
                guard epochDeltas.contains(where: { $0.last.map { $0.through >= through } ?? false }) else { return }
                take = epochDeltas.map { $0.count { $0.from ?? .min <= through } }
            } else {
                guard let first = firsts.compactMap(\.self).min() else { return }
                through = first - 1
                take = epochDeltas.map { _ in 0 }
            }
            try publish(&model, (version ?? through - 1) + 1, through, take, isStart: version == nil)
            version = through
        }
    }

    /// Checks that the start is just before the first epoch opened by any partition that had sent a message.
    private func checkStart(_ record: Bookkeeping, _ through: Epoch) throws(Finding) {
        let spoken = zip(record.partitions, firsts).filter { $0.0.first != nil }
        guard spoken.allSatisfy({ $0.0.first == $0.1 }), let first = spoken.compactMap(\.1).min(), through + 1 == first
        else { throw Finding("the start is \(through), but the first epochs are \(firsts)") }
    }

    private mutating func publish(
        _ model: inout Model, _ from: Epoch, _ through: Epoch, _ take: [Int], isStart: Bool
    ) throws {
        var changes: [LifecycleChange] = []
        if isStart {
            start = through
        } else {
            let added = epochDeltas.indices.flatMap { epochDeltas[$0][included[$0]..<take[$0]] }
            (model, changes) = try model.next(
                including: added, settings: settings, rules: model.rules(under: settings), version: from,
                partitions: take.count)
        }
        included = take
        let content = ModelContent.encode(model)
        for version in from...through {
            models[version] = isStart ? genesis : CompiledModel(model, version: version)
            published.models[version] = content
        }
        var records = RecordBuffer()
        for change in changes { encoder.append(change, model: model, to: &records) }
        clusters?.append(model, version: through, to: &records)
        published.add(records)
    }

    /// Advances a partition until a model or input is missing.
    private mutating func advance(_ partition: Int) throws {
        while next[partition] < input[partition].count {
            let (offset, record) = input[partition][next[partition]]
            var isHandled = true
            switch record.value {
            case .event(let event):
                if off == .clockHalf { shards[partition].forgetViewers() }
                let step = shards[partition].step(event, at: offset, now: 0)
                guard take(step, of: partition, at: offset) else { return }
                isHandled = step == .handled
            case .events(let events):
                let step = shards[partition].step(events, at: offset, now: 0)
                guard take(step, of: partition, at: offset) else { return }
                isHandled = step == .handled
            case .tombstone(let member): shards[partition].erase(member, at: offset)
            default:
                let key = "\(SimulatedKafka.Topic.input(Int32(partition)))/\(offset)"
                shards[partition].reject(at: offset) { records in
                    records.append(to: .deadLetters, key: { $0 += key.utf8 }, value: nil)
                }
            }
            if isHandled { next[partition] += 1 }
            if let step = shards[partition].commitPoint() {
                published.add(step.records)
                try take(step.records)
            }
        }
    }

    /// Opens the epoch that a step needs.
    /// - Returns: False if its model is missing.
    private mutating func take(_ step: ShardMachine.Step, of partition: Int, at offset: Int64) -> Bool {
        guard case .needs(let version) = step else { return true }
        guard let model = model(version) else { return false }
        shards[partition].open(with: model, at: offset)
        return true
    }

    private func model(_ version: Epoch) -> CompiledModel? {
        if let start, version <= start { return genesis }
        return models[version]
    }

    private mutating func take(_ records: RecordBuffer) throws {
        for entry in records.entries where entry.topic == .deltas {
            guard let value = entry.value else { continue }
            let piece = try DeltaRecord.decode(records.bytes.span.extracting(value))
            guard case .epochDelta(let epochDelta) = try assembler.add(piece, offset: 0)?.word else { continue }
            epochDeltas[Int(epochDelta.partition)].append(epochDelta)
            if epochDelta.from == nil { firsts[Int(epochDelta.partition)] = epochDelta.through + 1 }
        }
    }
}
