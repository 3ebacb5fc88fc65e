@testable import ShoalClustering
@testable import ShoalPipeline

extension ShardMachine {
    /// Removes viewers from the clock until the quorum is half of the rest.
    mutating func forgetViewers() {
        let fixed = driver.shard.current.model.settings.fixed
        driver.shard.clock = EpochClock(
            quorum: fixed.clockQuorum, maxStep: fixed.clockMaxStep,
            entries: driver.shard.clock.entries.suffix(2 * fixed.clockQuorum - 2))
    }
}

extension Shard {
    /// Lets a member change before the current snapshot has written it.
    mutating func forgetPending(_ member: Pseudonym) {
        guard let slot = members.find(member), members.slots[slot].saved == .pending else { return }
        members.update(slot) { $0.saved = .dirty }
        tracker.dirty.append(UInt32(slot))
    }
}

/// Drives a `ShardMachine`, as `ShardActor` does.
final class SimulatedShard {
    private(set) var machine: ShardMachine
    /// The next offset to read, including control records.
    private var position: Int64
    private var hasBegun = false
    private(set) var isFinished = false
    var isCommitted = true
    var hadInputLeft = true
    /// Whether it has reported idle since its last epoch delta.
    private(set) var hasSaidCaughtUp = false

    /// Starts with an empty state.
    init(
        _ part: AssignedPartition, _ genesis: ModelRecord, _ model: CompiledModel, _ state: StateTable,
        _ world: Simulation
    ) {
        position = genesis.firstOffsets[Int(part.number)]
        machine = ShardMachine(
            partition: part.number, offset: position, genesis: model, keys: world.topicKeys,
            output: world.output, caughtUp: world.caughtUp, snapshots: world.snapshots(of: part.number, after: state))
    }

    /// Starts from a snapshot.
    init(
        _ part: AssignedPartition, _ restored: StateTable.Restored, _ model: CompiledModel, _ state: StateTable,
        _ world: Simulation
    ) {
        position = restored.header.point.offset
        machine = ShardMachine(
            restoring: restored, partition: part.number, model: model, keys: world.topicKeys,
            output: world.output, caughtUp: world.caughtUp, snapshots: world.snapshots(of: part.number, after: state))
        if world.off == .membersAhead { machine.driver.shard.ahead = nil }
    }

    private var topic: SimulatedKafka.Topic { .input(machine.partition) }

    // MARK: - Replay

    /// - Returns: Whether the position has been reached.
    func replay(to committed: CommittedPosition, _ world: Simulation, _ work: SimulatedWork) throws -> Bool {
        if !machine.isReplaying {
            guard let handled = committed.handled else {
                throw Finding("\(topic): the metadata \(committed.metadata)")
            }
            if machine.offset == handled.offset { position = committed.offset }
            machine.replay(to: handled, reading: committed.offset)
        }
        var hasArrived: Bool {
            machine.hasArrived || world.off == .phase && machine.offset == committed.handled?.offset
        }
        for _ in 0..<1 + world.draws.below(8) where !hasArrived {
            if machine.hasOvershot {
                throw Contradiction("\(topic): replay came to \(machine.committedPosition), not to \(committed)")
            }
            guard try advance(world, work) != nil else { break }
        }
        guard hasArrived else { return false }
        if machine.isBehindState { throw Contradiction("\(topic): the state is ahead of \(committed)") }
        machine.endReplay()
        hasSaidCaughtUp = world.off == .caughtUpAgain
        return true
    }

    // MARK: - Work

    func step(_ world: Simulation, _ work: SimulatedWork) throws {
        if !hasBegun {
            hasBegun = true
            begin(world, work)
        }
        if work.isDraining {
            if !isFinished { mark(world, work) }
            isFinished = true
            return
        }
        if world.off == .caughtUpAtEnd, world.draws.chance(0.05) { idle(world, work) }
        var hasMoved = false
        for _ in 0..<1 + world.draws.below(6) {
            guard let step = try advance(world, work) else {
                idle(world, work)
                break
            }
            hasMoved = true
            switch step {
            case .closed(let through):
                hasSaidCaughtUp = false
                mark(world, work, isUrgent: true)
                try world.opens(machine.partition, through + 1)
            case .needs: mark(world, work)
            case .handled: if world.draws.chance(0.4) { mark(world, work) }
            }
            if work.outbox.bytes >= world.rates.outbox { break }
        }
        if hasMoved { mark(world, work) }
    }

    private func begin(_ world: Simulation, _ work: SimulatedWork) {
        if world.off == .firstWord, !hadInputLeft { return }
        guard machine.begin(isCommitted: isCommitted, hasInputLeft: hadInputLeft) else { return }
        if world.off == .behind {
            // Discards the message.
            _ = machine.commitPoint()
        } else {
            mark(world, work)
        }
    }

    /// Performs one step of the current record. Returns `nil` if there is none, or if its model is not available yet.
    private func advance(_ world: Simulation, _ work: SimulatedWork) throws -> ShardMachine.Step? {
        position = max(position, machine.offset)
        guard let (offset, record) = try world.read(topic, from: &position) else { return nil }
        switch record.value {
        case .event(let event):
            if world.off == .clockHalf { machine.forgetViewers() }
            if world.off == .copyFirst { machine.driver.shard.forgetPending(event.member) }
            return try take(machine.step(event, at: offset, now: world.monotonic), at: offset, world, work)
        case .events(let events):
            return try take(machine.step(events, at: offset, now: world.monotonic), at: offset, world, work)
        case .tombstone(let member):
            machine.erase(member, at: offset)
        default:
            let key = "\(topic)/\(offset)"
            machine.reject(at: offset) { $0.append(to: .deadLetters, key: { $0 += key.utf8 }, value: nil) }
        }
        return .handled
    }

    /// Opens the epoch that a step needs. Returns `nil` if its model is not available yet.
    private func take(
        _ step: ShardMachine.Step, at offset: Int64, _ world: Simulation, _ work: SimulatedWork
    ) throws -> ShardMachine.Step? {
        guard case .needs(let version) = step else { return step }
        guard let model = try work.model(version, world) else { return nil }
        if world.off == .sweepAll, let before = try work.models.exact(version - 1) {
            machine.driver.shard.current = before
        }
        machine.open(with: model, at: offset)
        return step
    }

    /// Called if no record has arrived.
    private func idle(_ world: Simulation, _ work: SimulatedWork) {
        if !hasWork(world), machine.skip(to: position) { return mark(world, work) }
        if machine.snapshot(world.monotonic) { return mark(world, work) }
        let high = world.kafka[topic].high
        if world.off == .logClock, position >= high, machine.driver.shard.neededModel == nil,
            let open = machine.driver.shard.openEpoch, world.draws.chance(0.02)
        {
            let delta = machine.driver.close(to: open + 1)
            machine.publish(delta, world.monotonic)
            return mark(world, work, isUrgent: true)
        }
        guard machine.mayBeCaughtUp(world.monotonic) else { return }
        var position = position
        switch world.off {
        case .endIsPosition: position = machine.offset
        case .caughtUpAtEnd: position = high
        case .caughtUpAgain where hasSaidCaughtUp: return
        case .genesisHoldsNobodyUp where machine.driver.shard.openEpoch == nil: return
        default: break
        }
        if machine.sayCaughtUp(position: position, high: high, now: world.monotonic) {
            hasSaidCaughtUp = true
            work.owing.remove(.input(machine.partition))
            world.behind[machine.partition] = nil
            mark(world, work)
        }
    }

    private func mark(_ world: Simulation, _ work: SimulatedWork, isUrgent: Bool = false) {
        _ = machine.snapshot(world.monotonic)
        if let step = machine.commitPoint(isUrgent: isUrgent) { work.append(step, world) }
    }

    /// Returns whether there is a record to handle or an epoch to open.
    func hasWork(_ world: Simulation) -> Bool {
        var end = max(position, machine.offset)
        return machine.driver.shard.neededModel != nil || (try? world.kafka[topic].read(from: &end)) != nil
    }

    /// Returns a description of the remaining work; `nil` if there is none and the shard has reported idle.
    func unrest(_ world: Simulation) throws -> String? {
        if let needed = machine.driver.shard.neededModel { return "\(topic) waits for model \(needed)" }
        if hasWork(world) { return "\(topic) has input left" }
        return hasSaidCaughtUp && machine.waitingBytes == 0 ? nil : "\(topic) has not said that it is caught up"
    }
}
