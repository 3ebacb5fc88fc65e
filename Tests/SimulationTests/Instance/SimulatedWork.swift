@testable import Clustering
@testable import Pipeline

/// The work on one assignment, as `Assignment` does it: takes its parts over, runs their shards and the coordinator, and
/// commits what they produce. Its state goes with it.
final class SimulatedWork {
    enum Result {
        /// nil: drained, all was committed.
        case ended(TransactionMachine.End?)
        case failed(any Error)
    }

    let parts: [Part]
    /// Of the moment of the assignment.
    let metadata: SimulatedGroup.Metadata
    private(set) var result: Result?
    /// What was read of the model topic.
    var models = ModelTable()
    private(set) var modelPosition: Int64
    private var takeOvers: [SimulatedTakeOver]
    private(set) var shards: [SimulatedShard] = []
    private(set) var coordinator: SimulatedCoordinator?
    private(set) var committer: SimulatedCommitter?
    var outbox = Outbox()
    /// Who waits for a model goes away empty-handed.
    private(set) var isDraining = false

    init(_ parts: [Part], metadata: SimulatedGroup.Metadata, _ world: Simulation) {
        self.parts = parts
        self.metadata = metadata
        modelPosition = world.kafka[.models].start
        takeOvers = parts.sorted(by: >).map { SimulatedTakeOver($0) }
    }

    var isRunning: Bool { committer != nil && takeOvers.isEmpty }

    /// Stops the intake.
    /// - Returns: false where the take-over is not over yet, and all there is to do is to throw it away.
    func drain() -> Bool {
        guard isRunning else { return false }
        isDraining = true
        return true
    }

    func step(_ world: Simulation, _ process: SimulatedInstance, _ producer: inout SimulatedProducer) throws(Finding) {
        guard result == nil else { return }
        if !isRunning, !producer.isReady {
            // An assignment that was lost may have left no producer behind.
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

    /// What is left to do; nil: nothing.
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
    /// - Returns: false where there was none.
    func readModel(_ world: Simulation) throws -> Bool {
        guard let (offset, record) = try world.kafka[.models].read(from: &modelPosition) else { return false }
        modelPosition = offset + 1
        if case .bytes(let value) = record.value { _ = try models.take(value.span, offset: offset) }
        return true
    }

    /// The model that is needed, if it is there.
    func model(_ version: Epoch, _ world: Simulation) throws -> CompiledModel? {
        if isDraining { return nil }
        return try models.exact(version)
    }

    // MARK: - Taking over

    private func takeOver(
        _ world: Simulation, _ process: SimulatedInstance, _ producer: inout SimulatedProducer
    ) throws {
        if world.draws.chance(0.2) { _ = try readModel(world) }
        // The coordinator first: shards wait for the genesis model that it may have to write.
        let isFirst = takeOvers[0].part == .deltas && !takeOvers[0].isFinished
        let open = isFirst ? [0] : takeOvers.indices.filter { !takeOvers[$0].isFinished }
        if !open.isEmpty {
            try takeOvers[world.draws.pick(open)].step(world, self, process, &producer)
            return
        }
        begin(world, process)
    }

    private func begin(_ world: Simulation, _ process: SimulatedInstance) {
        var committed: [Part: CommittedPosition?] = [:]
        var known: [Part: CommittedPosition] = [:]
        for takeOver in takeOvers {
            let part = takeOver.part
            committed[part] = .some(takeOver.committed)
            if let shard = takeOver.shard {
                known[part] = shard.machine.committedPosition
                shard.isCommitted = takeOver.committed != nil
                shard.hadInputLeft = shard.machine.hasInputLeft(
                    high: world.kafka[.input(shard.machine.partition)].high)
                shards.append(shard)
            } else if let coordinator = takeOver.coordinator {
                known[part] = coordinator.machine.committedPosition
                self.coordinator = coordinator
            }
        }
        takeOvers = []
        committer = SimulatedCommitter(
            TransactionMachine(committed: committed, known: known, ceiling: world.rates.transaction))
        world.note("\(process.name) took over \(parts)")
    }

    // MARK: - Work

    private func work(
        _ world: Simulation, _ process: SimulatedInstance, _ producer: inout SimulatedProducer
    ) throws {
        let draw = world.draws.below(10)
        if draw < 5 { return try committer?.step(world, self, process, &producer) ?? () }
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

    /// All workers have handed over what they had.
    var isClosing: Bool {
        isDraining && shards.allSatisfy(\.isFinished) && coordinator?.isFinished ?? true
    }

    func append(_ step: Outbox.Step) {
        outbox.append(step)
    }
}
