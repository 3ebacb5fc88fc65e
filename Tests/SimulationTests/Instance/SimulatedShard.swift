@testable import Clustering
@testable import Pipeline

/// Feeds a `ShardMachine`, as `ShardActor` does.
final class SimulatedShard {
    private(set) var machine: ShardMachine
    /// Behind what was read: control records count.
    private var position: Int64
    private var hasBegun = false
    private(set) var isFinished = false
    var isCommitted = true
    var hadInputLeft = true
    /// Whether it has said `CaughtUp` since its last closing.
    private(set) var hasSaidCaughtUp = false

    init(_ part: Part, _ genesis: ModelRecord, _ model: CompiledModel, _ world: Simulation) {
        let partition: Int32 = if case .input(let partition) = part { partition } else { 0 }
        position = genesis.firstOffsets[Int(partition)]
        machine = ShardMachine(
            partition: partition, offset: position, genesis: model, keys: world.topicKeys,
            output: world.output, caughtUp: world.caughtUp)
    }

    private var topic: SimulatedKafka.Topic { .input(machine.partition) }

    // MARK: - Replay

    /// - Returns: whether it has arrived.
    func replay(to committed: CommittedPosition, _ world: Simulation, _ work: SimulatedWork) throws -> Bool {
        if !machine.isReplaying {
            guard let phase = PhaseMetadata.phase(committed.metadata) else {
                throw Finding("\(topic): the metadata \(committed.metadata)")
            }
            machine.replay(to: Position(offset: committed.offset, phase: phase))
        }
        for _ in 0..<1 + world.draws.below(8) where !machine.hasArrived {
            if machine.hasOvershot {
                throw Contradiction("\(topic): replay came to \(machine.committedPosition), not to \(committed)")
            }
            guard try advance(world, work) != nil else { break }
        }
        guard machine.hasArrived else { return false }
        machine.endReplay()
        return true
    }

    // MARK: - Work

    func step(_ world: Simulation, _ work: SimulatedWork) throws {
        if !hasBegun {
            hasBegun = true
            if machine.begin(isCommitted: isCommitted, hasInputLeft: hadInputLeft) { mark(work) }
        }
        if work.isDraining {
            if !isFinished { mark(work) }
            isFinished = true
            return
        }
        var hasMoved = false
        for _ in 0..<1 + world.draws.below(6) {
            guard let step = try advance(world, work) else {
                try idle(world, work)
                break
            }
            hasMoved = true
            switch step {
            case .closed:
                hasSaidCaughtUp = false
                mark(work, isUrgent: true)
            case .needs: mark(work)
            case .handled: if world.draws.chance(0.4) { mark(work) }
            }
            if work.outbox.bytes >= world.rates.outbox { break }
        }
        if hasMoved { mark(work) }
    }

    /// One step of the record at hand; nil where there is none, or its model has not come.
    private func advance(_ world: Simulation, _ work: SimulatedWork) throws -> ShardMachine.Step? {
        position = max(position, machine.offset)
        guard let (offset, record) = try world.kafka[topic].read(from: &position) else { return nil }
        switch record.value {
        case .event(let event):
            let step = machine.step(event, at: offset, now: world.monotonic)
            if case .needs(let version) = step {
                guard let model = try work.model(version, world) else { return nil }
                machine.open(with: model, for: event, at: offset)
            }
            return step
        case .tombstone(let member):
            machine.erase(member, at: offset)
        default:
            let key = "\(topic)/\(offset)"
            machine.reject(at: offset) { $0.append(to: .deadLetters, key: { $0 += key.utf8 }, value: nil) }
        }
        return .handled
    }

    private func idle(_ world: Simulation, _ work: SimulatedWork) throws {
        guard machine.mayBeCaughtUp(world.monotonic) else { return }
        if machine.sayCaughtUp(position: position, high: world.kafka[topic].high, now: world.monotonic) {
            hasSaidCaughtUp = true
            mark(work)
        }
    }

    private func mark(_ work: SimulatedWork, isUrgent: Bool = false) {
        if let step = machine.mark(isUrgent: isUrgent) { work.append(step) }
    }

    /// What is left to do; nil: nothing, and that was said.
    func unrest(_ world: Simulation) throws -> String? {
        if let needed = machine.shard.neededModel { return "\(topic) waits for model \(needed)" }
        var end = position
        if try world.kafka[topic].read(from: &end) != nil { return "\(topic) has input left" }
        return hasSaidCaughtUp && machine.waitingBytes == 0 ? nil : "\(topic) has not said that it is caught up"
    }
}
