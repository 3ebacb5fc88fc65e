@testable import ShoalClustering
@testable import ShoalPipeline

extension RecordBuffer {
    /// Returns some of the records.
    fileprivate func part(_ range: Range<Int>) -> RecordBuffer {
        var part = RecordBuffer()
        for entry in entries[range] {
            let (key, value) = (entry.key.map { bytes[$0] }, entry.value.map { bytes[$0] })
            part.append(
                to: entry.topic, headers: Array(headers[entry.headers]), key: key.map { key in { $0 += key } },
                value: value.map { value in { $0 += value } })
        }
        return part
    }
}

/// The work on one assignment, as in `Assignment`: takes over its parts, runs their shards and the coordinator, and
/// commits their output. The state is discarded with it.
final class SimulatedWork {
    enum Result {
        /// `nil` if the work was drained and everything was committed.
        case ended(TransactionMachine.End?)
        case failed(any Error)
    }

    let parts: [AssignedPartition]
    /// The metadata at the time of the assignment.
    let metadata: SimulatedGroup.Metadata
    private(set) var result: Result?
    /// The models read so far.
    var models: ModelTable
    private(set) var modelPosition: Int64
    /// The offset after the last message of the model topic.
    private var lastModel: Int64 = 0
    /// Parts that were taken over with input left and have not committed since.
    var owing: Set<AssignedPartition> = []
    private var takeOvers: [SimulatedTakeOver]
    private(set) var shards: [SimulatedShard] = []
    private(set) var coordinator: SimulatedCoordinator?
    private(set) var committer: SimulatedCommitter?
    var outbox = Outbox()
    /// Whether the intake has stopped. Waiting for a model is then cancelled.
    private(set) var isDraining = false

    init(_ parts: [AssignedPartition], metadata: SimulatedGroup.Metadata, _ world: Simulation) {
        self.parts = parts
        self.metadata = metadata
        models = ModelTable(world.seals.models)
        modelPosition = world.kafka[.models].start
        takeOvers = parts.sorted(by: >).map { SimulatedTakeOver($0, world.seals) }
    }

    func isTakingOver(_ part: AssignedPartition) -> Bool { takeOvers.contains { $0.part == part && !$0.isFinished } }

    var isRunning: Bool { committer != nil && takeOvers.isEmpty }

    /// Stops the intake.
    /// - Returns: False if the take-over is incomplete, so that it can only be cancelled.
    func drain() -> Bool {
        guard isRunning else { return false }
        isDraining = true
        return true
    }

    func step(_ world: Simulation, _ process: SimulatedInstance, _ producer: inout SimulatedProducer) throws(Finding) {
        guard result == nil else { return }
        if !isRunning, !producer.isReady, world.off != .initFirst {
            // A lost assignment may have left the process without a producer.
            _ = producer.renew(world, process.index)
            return
        }
        do {
            if isRunning {
                try work(world, process, &producer)
            } else {
                try takeOver(world, process, &producer)
            }
        } catch let finding as Finding {
            throw finding
        } catch {
            result = .failed(error)
        }
    }

    /// Returns a description of the remaining work; `nil` for none.
    func unrest(_ world: Simulation) throws -> String? {
        if result != nil { return "has ended" }
        if !isRunning { return takeOvers.first { !$0.isFinished }.map { "takes over: \($0)" } ?? "begins" }
        if !outbox.isEmpty || committer?.isBusy ?? true { return "has something to commit" }
        if (try? world.kafka.group.check(metadata)) == nil { return "is not in the group" }
        for shard in shards { if let unrest = try shard.unrest(world) { return unrest } }
        return try coordinator?.unrest(world)
    }

    func end(_ end: TransactionMachine.End?) {
        result = .ended(end)
    }

    /// Reads a record of the model topic.
    /// - Returns: False if there was none.
    func readModel(_ world: Simulation) throws -> Bool {
        guard let (offset, record) = try world.read(.models, from: &modelPosition) else { return false }
        modelPosition = offset + 1
        lastModel = modelPosition
        if case .bytes(let value) = record.value { _ = try models.take(value.span, offset: offset) }
        return true
    }

    /// Returns whether all records before the offset were read. Waits for hanging transactions.
    func hasRead(modelsThrough offset: Int64, _ world: Simulation) -> Bool {
        switch world.off {
        case .modelsToHigh: modelPosition >= min(offset, world.kafka[.models].lastStable)
        case .readToPosition: lastModel >= offset
        default: modelPosition >= offset
        }
    }

    /// Returns the model of a version, if it is available.
    func model(_ version: Epoch, _ world: Simulation) throws -> CompiledModel? {
        if isDraining { return nil }
        switch world.off {
        case .exactModel: return try newest()
        case .holes:
            do { return try models.exact(version) } catch is ModelTable.RetentionGap { return try newest() }
        default: return try models.exact(version)
        }
    }

    private func newest() throws -> CompiledModel? {
        guard let last = try models.last(), let through = last.bookkeeping.through else { return models.genesisModel }
        return CompiledModel(last.model, version: through)
    }

    // MARK: - Take-over

    private func takeOver(
        _ world: Simulation, _ process: SimulatedInstance, _ producer: inout SimulatedProducer
    ) throws {
        if world.draws.chance(0.2) { _ = try readModel(world) }
        // The coordinator is first, because shards wait for the genesis model, which it may have to write.
        let isFirst = takeOvers[0].part == .deltas && !takeOvers[0].isFinished
        let open = isFirst ? [0] : takeOvers.indices.filter { !takeOvers[$0].isFinished }
        if !open.isEmpty {
            try takeOvers[world.draws.pick(open)].step(world, self, process, &producer)
            return
        }
        begin(world, process)
    }

    private func begin(_ world: Simulation, _ process: SimulatedInstance) {
        var committed: [AssignedPartition: CommittedPosition?] = [:]
        var known: [AssignedPartition: CommittedPosition] = [:]
        for takeOver in takeOvers {
            let part = takeOver.part
            committed[part] = .some(takeOver.committed)
            if let shard = takeOver.shard {
                known[part] = shard.machine.committedPosition
                shard.isCommitted = takeOver.committed != nil
                shard.hadInputLeft = shard.machine.hasInputLeft(
                    high: world.kafka[.input(shard.machine.partition)].high)
                shards.append(shard)
                world.behind[shard.machine.partition] = nil
                if shard.hasWork(world) { owing.insert(part) }
            } else if let coordinator = takeOver.coordinator {
                known[part] = coordinator.machine.committedPosition
                self.coordinator = coordinator
            }
        }
        takeOvers = []
        committer = SimulatedCommitter(committed: committed, known: known, ceiling: world.rates.transaction)
        world.note("\(process.name) took over \(parts)")
    }

    // MARK: - Work

    private func work(
        _ world: Simulation, _ process: SimulatedInstance, _ producer: inout SimulatedProducer
    ) throws {
        let draw = world.draws.below(10)
        if draw < 5 {
            committer?.step(world, self, process, &producer)
            return
        }
        if draw < 6 {
            _ = try readModel(world)
            return
        }
        guard outbox.bytes < world.rates.outbox || isDraining else { return }
        if let coordinator, draw < 8 || shards.isEmpty {
            try coordinator.step(world, self, process)
        } else if !shards.isEmpty {
            try shards[world.draws.below(shards.count)].step(world, self)
        }
    }

    /// Whether all workers have handed over their output.
    var isClosing: Bool {
        isDraining && shards.allSatisfy(\.isFinished) && coordinator?.isFinished ?? true
    }

    func append(_ step: Outbox.Step, _ world: Simulation) {
        guard world.off == .marks, step.records.entries.count > 1 else { return outbox.append(step) }
        let cut = 1 + world.draws.below(step.records.entries.count - 1)
        for range in [0..<cut, cut..<step.records.entries.count] {
            var half = step
            half.records = step.records.part(range)
            outbox.append(half)
        }
    }

    /// Returns the current positions of the parts.
    func positions(_ parts: [AssignedPartition: CommittedPosition]) -> [AssignedPartition: CommittedPosition] {
        var found = parts
        for shard in shards { found[.input(shard.machine.partition)] = shard.machine.committedPosition }
        if let coordinator, found[.deltas] != nil { found[.deltas] = coordinator.machine.committedPosition }
        return found
    }
}
