@testable import ShoalClustering
@testable import ShoalPipeline

/// Executes the actions of `TakeOver` for one part, one call at a time.
final class SimulatedTakeOver: CustomStringConvertible {
    let part: AssignedPartition
    private var machine: TakeOver
    private var action: TakeOver.Action
    private(set) var committed: CommittedPosition?
    private(set) var shard: SimulatedShard?
    private(set) var coordinator: SimulatedCoordinator?
    private(set) var isFinished = false
    /// High watermarks that were requested before the position.
    private var early: (models: Int64, deltas: Int64, state: Int64)?
    /// The state read so far, and the next offset.
    var state: StateTable
    var statePosition: Int64 = 0
    /// The next offset of the search for messages.
    private var search: Int64?
    private var genesis: SimulatedCommitter?
    private var writing = Outbox()

    init(_ part: AssignedPartition, _ seals: SimulatedSeals) {
        self.part = part
        state = StateTable(seals.state(part))
        machine = TakeOver(of: part)
        action = machine.begin()
    }

    var description: String { "\(part): \(action)" }

    func step(
        _ world: Simulation, _ work: SimulatedWork, _ process: SimulatedInstance, _ producer: inout SimulatedProducer
    ) throws {
        switch action {
        case .askPosition:
            if world.off == .positionsFirst {
                if early == nil { early = watermarks(world) }
                guard world.draws.chance(0.1) else { return }
            }
            do throws(SimulatedKafka.Failure) {
                let position = try world.kafka.position(of: part, isStable: world.off != .stable)
                action = machine.next(.position(position))
            } catch {
                // A predecessor's transaction holds the position. Retry.
            }
        case .askWatermarks:
            let (models, deltas, state) = early ?? watermarks(world)
            early = nil
            action = machine.next(.watermarks(models: models, deltas: deltas, state: state))
        case .readModels(let offset):
            if work.hasRead(modelsThrough: offset, world) {
                let isForgotten = world.off == .forgotten && world.kafka.positions[part] == nil
                let count = isForgotten ? 0 : work.models.count
                let hasGenesis = work.models.genesis != nil && !(isForgotten && part == .deltas)
                action = machine.next(.models(count: count, hasGenesis: hasGenesis))
            } else {
                _ = try work.readModel(world)
            }
        case .readState(let offset):
            if try readState(world, through: offset) {
                let isForgotten = world.off == .forgotten && world.kafka.positions[part] == nil
                action = machine.next(.state(isForgotten ? .nothing : state.found))
            }
        case .searchDeltas(let offset):
            if let found = try search(world, through: offset) {
                action = machine.next(.words(found: found && world.off != .forgotten))
            }
        case .askCoordinator:
            do throws(SimulatedKafka.Failure) {
                let position = try world.kafka.position(of: .deltas)
                action = machine.next(.position(world.off == .genesisGone ? nil : position))
            } catch {
                // The genesis model's transaction holds the position. Retry.
            }
        case .writeGenesis:
            try writeGenesis(world, work, process, &producer)
        case .fold(let offset, _):
            if coordinator == nil {
                guard let last = try work.models.last() else { throw TakeOver.MissingData.modelsGone(.deltas) }
                coordinator = SimulatedCoordinator(last, world)
            }
            if let coordinator, try coordinator.restore(through: offset, world) { action = machine.next(.done) }
        case .begin:
            guard let genesis = work.models.genesis, let model = work.models.genesisModel else { return }
            shard = SimulatedShard(part, genesis, model, state, world)
            action = machine.next(.done)
        case .replay(let position):
            if let kept = process.kept[part.number] {
                shard = kept
                action = machine.next(.done)
                return
            }
            if shard == nil {
                guard let genesis = work.models.genesis, let model = work.models.genesisModel else { return }
                shard = SimulatedShard(part, genesis, model, state, world)
            }
            if let shard, try shard.replay(to: position, world, work) { action = machine.next(.done) }
        case .restore(let position):
            if let kept = process.kept[part.number] {
                shard = kept
                action = machine.next(.done)
                return
            }
            if shard == nil { shard = try restored(world, work) }
            if let shard, try shard.replay(to: position, world, work) { action = machine.next(.done) }
        case .finish(let committed):
            self.committed = committed ?? self.committed
            isFinished = true
        case .fail(let hole):
            throw hole
        }
    }

    /// Returns whether there is a message of the part before `offset`; `nil` if it has not been read so far.
    private func search(_ world: Simulation, through offset: Int64) throws -> Bool? {
        var position = search ?? world.kafka[.deltas].start
        for _ in 0..<4 where position < offset {
            guard let (place, record) = try world.read(.deltas, from: &position), place < offset else { break }
            position = place + 1
            if world.off == .forgottenWords, !isClosing(record) { continue }
            guard case .input = part else { return true }
            if record.key == Array("\(part.number)".utf8) { return true }
        }
        search = position
        return position >= offset ? false : nil
    }

    private func isClosing(_ record: SimulatedLog.Record) -> Bool {
        guard case .bytes(let value) = record.value, case .part? = try? DeltaRecord.decode(value.span) else {
            return false
        }
        return true
    }

    private func writeGenesis(
        _ world: Simulation, _ work: SimulatedWork, _ process: SimulatedInstance, _ producer: inout SimulatedProducer
    ) throws {
        let committer: SimulatedCommitter
        if let genesis {
            committer = genesis
        } else {
            let (step, position) = world.genesisStep()
            writing.append(step)
            committed = position
            committer = SimulatedCommitter(
                committed: [.deltas: nil], known: [.deltas: position], ceiling: world.rates.transaction)
            genesis = committer
        }
        if !writing.isEmpty || committer.isBusy {
            committer.step(world, work, process, &producer, outbox: &writing)
        } else if let last = try work.models.last() {
            coordinator = SimulatedCoordinator(last, world)
            action = machine.next(.done)
        } else {
            _ = try work.readModel(world)
        }
    }
}
