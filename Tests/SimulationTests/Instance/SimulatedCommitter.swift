@testable import ShoalClustering
@testable import ShoalPipeline

/// Executes the actions of `TransactionMachine`, as `Committer` does, one call at a time.
final class SimulatedCommitter {
    private var machine: TransactionMachine
    private var action: TransactionMachine.Action?
    private var cut: Outbox.Cut?
    /// The positions to be committed by the current transaction, and the broker's previous ones.
    private var offsets: [AssignedPartition: CommittedPosition] = [:]
    private var base: [AssignedPartition: CommittedPosition?]
    /// The records of the cut, and the number of those already sent.
    private var records: [(topic: SimulatedKafka.Topic, key: [UInt8]?, value: [UInt8]?)] = []
    private var sent = 0
    /// The number of records after which the offsets are sent.
    private var offsetsAfter = 0
    private var hasSentOffsets = false
    /// The answers to `ask` so far.
    private var found: [AssignedPartition: CommittedPosition?] = [:]
    private var hasAsked = false

    init(
        committed: [AssignedPartition: CommittedPosition?], known: [AssignedPartition: CommittedPosition], ceiling: Int
    ) {
        base = committed
        machine = TransactionMachine(committed: committed, known: known, ceiling: ceiling)
    }

    var isBusy: Bool { action != nil }

    /// Makes one call for the outbox of `work`.
    func step(
        _ world: Simulation, _ work: SimulatedWork, _ process: SimulatedInstance, _ producer: inout SimulatedProducer
    ) {
        var outbox = work.outbox
        work.outbox = Outbox()
        defer { work.outbox = outbox }
        step(world, work, process, &producer, outbox: &outbox)
    }

    func step(
        _ world: Simulation, _ work: SimulatedWork, _ process: SimulatedInstance, _ producer: inout SimulatedProducer,
        outbox: inout Outbox
    ) {
        guard let action else { return begin(world, work, &outbox) }
        let id = process.index
        switch action {
        case .send:
            send(world, work, process, &producer)
        case .commit:
            commit(world, work, process, &producer)
        case .abort:
            next(producer.attempt { try world.kafka.end(id, $0, .aborted) }, world)
        case .renewProducer:
            if world.off != .settleFirst { found = [:] }
            next(producer.renew(world, id) ? .done : .retriable, world)
        case .ask:
            ask(world)
        case .finish(let cut):
            outbox.drop(cut)
            base.merge(offsets.mapValues { .some($0) }) { _, new in new }
            world.note("\(process.name) committed \(cut.moved.sorted { $0.key < $1.key })")
            self.action = nil
        case .resend:
            if let cut, isDropped(world) { outbox.drop(cut) } else { outbox.release() }
            self.action = nil
        case .end(let end):
            work.end(end)
        }
    }

    private func begin(_ world: Simulation, _ work: SimulatedWork, _ outbox: inout Outbox) {
        var limit = world.draws.chance(0.7) ? machine.limit : 1 + world.draws.below(machine.limit)
        if world.off == .boundHalves { limit = .max }
        guard let cut = outbox.cut(limit: limit) else {
            if work.isClosing { work.end(nil) }
            return
        }
        self.cut = cut
        records = cut.steps.flatMap { step in
            step.records.entries.map { entry in
                (
                    SimulatedKafka.Topic(entry.topic, of: step.part),
                    entry.key.map { world.stateKey(Array(step.records.bytes[$0]), entry.topic) },
                    entry.value.map { Array(step.records.bytes[$0]) }
                )
            }
        }
        sent = 0
        found = [:]
        hasAsked = false
        offsetsAfter =
            [.flushFirst, .positionsFirst].contains(world.off) ? world.draws.below(records.count + 1) : records.count
        hasSentOffsets = world.off == .fenceModels && !records.isEmpty && cut.moved.keys.allSatisfy { $0 == .deltas }
        action = machine.begin(cut)
        if case .send(_, let offsets)? = action { self.offsets = offsets }
    }

    /// Continues after an outcome. `nil` repeats the same call.
    private func next(_ outcome: TransactionMachine.Outcome?, _ world: Simulation) {
        guard let outcome else { return }
        action = machine.next(after: outcome, now: world.monotonic)
    }

    /// Sends some records, or the offsets after all records.
    private func send(
        _ world: Simulation, _ work: SimulatedWork, _ process: SimulatedInstance, _ producer: inout SimulatedProducer
    ) {
        let id = process.index
        if world.draws.chance(world.rates.aborts) { return next(.abortable, world) }
        if world.draws.chance(world.rates.retriable) { return next(.retriable, world) }
        for _ in 0..<1 + world.draws.below(world.rates.burst) where sent < records.count {
            if sent >= offsetsAfter, !hasSentOffsets { break }
            let record = records[sent]
            let value: SimulatedLog.Value = record.value.map { .bytes($0) } ?? .tombstone(0)
            let outcome = producer.attempt {
                try world.kafka.produce(id, $0, to: record.topic, key: record.key, value: value)
            }
            guard outcome == .done else { return next(outcome, world) }
            sent += 1
        }
        if sent >= offsetsAfter, !hasSentOffsets, world.draws.chance(0.7) {
            let positions = world.off == .positionsOfRecords ? work.positions(offsets) : offsets
            let outcome = producer.attempt {
                try world.kafka.sendOffsets(id, $0, positions, metadata(world, work))
            }
            guard outcome == .done else { return next(outcome, world) }
            hasSentOffsets = true
        }
        if sent == records.count, hasSentOffsets { next(.done, world) }
    }

    /// Returns the metadata of the assignment, regardless of later changes of the group.
    private func metadata(_ world: Simulation, _ work: SimulatedWork) -> SimulatedGroup.Metadata? {
        let isMember = world.kafka.group.members[work.metadata.member] != nil
        switch world.off {
        case .ownGeneration where isMember:
            return .init(member: work.metadata.member, generation: world.kafka.group.generation)
        case .knownGeneration where !isMember, .groupCheck:
            return nil
        default:
            return work.metadata
        }
    }

    private func commit(
        _ world: Simulation, _ work: SimulatedWork, _ process: SimulatedInstance, _ producer: inout SimulatedProducer
    ) {
        let id = process.index
        guard world.draws.chance(world.rates.unknowns) else {
            let outcome = producer.attempt { try world.kafka.end(id, $0, .committed) }
            // Recorded now and not when the process learns of it, because the process may pause in between.
            if outcome == .done, let cut { world.committed(cut, by: work) }
            return next(outcome, world)
        }
        // The response is always lost, the request only sometimes.
        if world.draws.chance(0.5) { _ = producer.attempt { try world.kafka.end(id, $0, .committed) } }
        world.note("\(process.name): the outcome of a commit is unknown")
        if world.off == .settleFirst {
            for part in machine.parts { found[part] = .some(world.kafka.positions[part]) }
        }
        action = world.draws.chance(0.5) ? machine.unknown() : machine.next(after: .fatal, now: world.monotonic)
    }

    /// Requests the stable positions one after the other.
    private func ask(_ world: Simulation) {
        for part in machine.parts where found[part] == nil {
            do throws(SimulatedKafka.Failure) {
                found[part] = .some(try world.kafka.position(of: part))
            } catch {
                return
            }
            if world.draws.chance(0.5) { return }
        }
        hasAsked = true
        switch world.off {
        case .unknownIsAsked: found = base
        case .unknownIsNotDone: found = offsets.mapValues { .some($0) }
        case .strangeIsLost:
            for part in machine.parts where found[part] != base[part] { found[part] = .some(offsets[part]) }
        default: break
        }
        action = machine.next(found: found)
    }

    /// Returns whether a cut that should be sent again is dropped instead.
    private func isDropped(_ world: Simulation) -> Bool {
        switch world.off {
        case .keepOutbox: !hasAsked
        case .equalIsResent: hasAsked && offsets.allSatisfy { base[$0.key] == .some($0.value) }
        default: false
        }
    }
}
