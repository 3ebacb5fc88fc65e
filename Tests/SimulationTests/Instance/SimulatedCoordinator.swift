@testable import ShoalClustering
@testable import ShoalPipeline

/// Drives a `CoordinatorMachine`, as `CoordinatorActor` does.
final class SimulatedCoordinator {
    private(set) var machine: CoordinatorMachine
    private var position: Int64
    private(set) var isFinished = false
    /// Used if messages are changed before they are folded.
    private var assembler: EpochDeltaAssembler

    init(_ last: ModelRecord, _ world: Simulation) {
        var last = last
        let bookkeeping = last.bookkeeping
        assembler = EpochDeltaAssembler(partitions: bookkeeping.partitions.count, sealer: world.seals.deltas)
        switch world.off {
        case .includedDeltas:
            for index in bookkeeping.partitions.indices {
                last.bookkeeping.partitions[index].included = bookkeeping.partitions[index].read
            }
            last.bookkeeping.oldestOffset = bookkeeping.deltaOffset
        case .oldestPending: last.bookkeeping.oldestOffset = bookkeeping.deltaOffset
        case .caughtUpKept:
            for index in bookkeeping.partitions.indices { last.bookkeeping.partitions[index].caughtUp = false }
        default: break
        }
        machine = CoordinatorMachine(last: last, options: world.options)
        position = machine.coordinator.offset
    }

    /// - Returns: Whether the delta topic was read up to the offset.
    func restore(through offset: Int64, _ world: Simulation) throws -> Bool {
        if world.off == .deltasToHigh { return true }
        for _ in 0..<1 + world.draws.below(8) where position < offset {
            if try !fold(world) { break }
        }
        guard position >= offset else { return false }
        machine.skip(to: position)
        return true
    }

    func step(_ world: Simulation, _ work: SimulatedWork, _ process: SimulatedInstance) throws {
        if work.isDraining {
            isFinished = true
            return
        }
        var hasRead = false
        for _ in 0..<world.draws.below(4) where try fold(world) { hasRead = true }
        while world.draws.chance(0.6), let publication = try publish(world, process) {
            try world.published(publication, by: process)
            append(machine.commitPoint(machine.records(of: publication)), world, work)
        }
        if hasRead { append(machine.commitPoint(), world, work) }
    }

    private func append(_ step: Outbox.Step, _ world: Simulation, _ work: SimulatedWork) {
        var step = step
        if world.off == .modelPhase { step.position.metadata = ModelMetadata.text(nil) }
        work.append(step, world)
    }

    private func fold(_ world: Simulation) throws -> Bool {
        let isolation: SimulatedLog.Isolation = world.off == .readCommitted ? .uncommitted : .committed
        guard let (offset, record) = try world.read(.deltas, from: &position, isolation) else { return false }
        position = offset + 1
        guard case .bytes(let value) = record.value else { return true }
        if let off = world.off, Self.wordRules.contains(off) {
            try fold(value, offset, without: off, world)
        } else {
            try machine.fold(value.span, offset: offset, now: world.monotonic)
        }
        return true
    }
}

// MARK: - Rules left out

extension SimulatedCoordinator {
    /// The rules that are left out by changing messages before they are folded, or the coordinator's state afterwards.
    private static let wordRules: Set<Rule> = [
        .laterWait, .lateIncluded, .lineage, .deltasNumbered, .deltaResets, .behindIsSilent,
    ]

    private func fold(_ value: [UInt8], _ offset: Int64, without off: Rule, _ world: Simulation) throws {
        guard let whole = try assembler.add(DeltaRecord.decode(value.span), offset: offset) else { return }
        var word = whole.word
        let before = machine.coordinator.partitions
        let version = machine.coordinator.version
        switch word {
        case .epochDelta(var epochDelta):
            let partition = Int(epochDelta.partition)
            if off == .laterWait, let version, let from = epochDelta.from, from > version {
                epochDelta.from = version + 1
            }
            if off == .lateIncluded, let version, let from = epochDelta.from, from <= version {
                epochDelta.clusters = epochDelta.clusters.map { ClusterDelta(cluster: $0.cluster) }
            }
            if off == .lineage {
                epochDelta.clusters.removeAll { machine.coordinator.model.root(of: $0.cluster) != $0.cluster }
            }
            if off == .deltasNumbered { machine.coordinator.partitions[partition].read = epochDelta.number - 1 }
            word = .epochDelta(epochDelta)
            try machine.coordinator.fold(word, firstOffset: whole.firstOffset, offset: offset)
            if off == .deltaResets { machine.coordinator.partitions[partition].caughtUp = before[partition].caughtUp }
        case .caughtUp(let partition, let number), .behind(let partition, let number):
            if off == .deltasNumbered { machine.coordinator.partitions[Int(partition)].read = number }
            try machine.coordinator.fold(word, firstOffset: whole.firstOffset, offset: offset)
            if off == .behindIsSilent, version == nil { machine.coordinator.partitions[Int(partition)].caughtUp = true }
        }
    }

    private func publish(_ world: Simulation, _ process: SimulatedInstance) throws -> Coordinator.Publication? {
        let version = machine.coordinator.version
        let known = machine.coordinator.partitions
        var wall = world.wall + process.skew
        switch world.off {
        case .startNotFuture where version == nil, .notFuture where version != nil: wall = .max / 2
        case .startWaits where version == nil, .idleAndCaughtUp where version != nil:
            for index in known.indices { machine.coordinator.partitions[index].caughtUp = true }
        case .startIsSmallest where version == nil:
            let largest = known.compactMap(\.first).max()
            for index in known.indices where known[index].first != nil {
                machine.coordinator.partitions[index].first = largest
            }
        default: break
        }
        let found = try machine.publish(now: world.monotonic, wall: wall)
        for index in known.indices {
            machine.coordinator.partitions[index].caughtUp = known[index].caughtUp
            machine.coordinator.partitions[index].first = known[index].first
        }
        guard var publication = found else { return nil }
        switch world.off {
        case .emptyNotCounted:
            let isEmpty = zip(known, publication.bookkeeping.partitions).allSatisfy { $0.included == $1.included }
            if isEmpty, version != nil { publication.model.ticks += 1 }
        case .retiredSums:
            publication.model.clusters.removeAll { !$0.isActive }
        default: break
        }
        machine.coordinator.model = publication.model
        return publication
    }
}

extension SimulatedCoordinator {
    /// Returns a description of the remaining work; `nil` for none.
    func unrest(_ world: Simulation) throws -> String? {
        var end = position
        if try world.kafka[.deltas].read(from: &end) != nil { return "words are to be read" }
        let closed = machine.coordinator.partitions.compactMap(\.closed).max()
        let version = machine.coordinator.version
        return version == closed ? nil : "model \(version ?? 0), but \(closed ?? 0) is closed"
    }
}
