@testable import Clustering
@testable import Pipeline

/// Carries out what `TransactionMachine` says, as `Committer` does, one call at a time.
final class SimulatedCommitter {
    private(set) var machine: TransactionMachine
    private var action: TransactionMachine.Action?
    /// The records of the cut, and how many of them were sent.
    private var records: [(topic: SimulatedKafka.Topic, key: [UInt8]?, value: [UInt8]?)] = []
    private var sent = 0
    /// Answers to `ask` so far.
    private var found: [Part: CommittedPosition?] = [:]

    init(_ machine: TransactionMachine) {
        self.machine = machine
    }

    var isBusy: Bool { action != nil }

    func step(
        _ world: Simulation, _ work: SimulatedWork, _ process: SimulatedInstance, _ producer: inout SimulatedProducer
    ) throws {
        var outbox = work.outbox
        work.outbox = Outbox()
        defer { work.outbox = outbox }
        try step(world, work, process, &producer, outbox: &outbox)
    }

    func step(
        _ world: Simulation, _ work: SimulatedWork, _ process: SimulatedInstance, _ producer: inout SimulatedProducer,
        outbox: inout Outbox
    ) throws {
        guard let action else {
            let limit = world.draws.chance(0.7) ? machine.limit : 1 + world.draws.below(machine.limit)
            if let cut = outbox.cut(limit: limit) {
                begin(cut)
            } else if work.isClosing {
                work.end(nil)
            }
            return
        }
        let id = process.index
        let rates = world.rates
        switch action {
        case .send(_, let offsets):
            try send(offsets, world, work, id, &producer)
        case .commit:
            if world.draws.chance(rates.unknowns) {
                // The answer is lost, not always the request.
                if world.draws.chance(0.5) { _ = producer.attempt { try world.kafka.end(id, $0, .committed) } }
                world.note("\(process.name): the outcome of a commit is unknown")
                let isDeadline = world.draws.chance(0.5)
                self.action =
                    isDeadline
                    ? machine.unknown() : machine.next(after: .fatal, now: world.monotonic)
            } else {
                next(producer.attempt { try world.kafka.end(id, $0, .committed) }, world)
            }
        case .abort:
            next(producer.attempt { try world.kafka.end(id, $0, .aborted) }, world)
        case .renewProducer:
            found = [:]
            next(producer.renew(world, id) ? .done : .retriable, world)
        case .ask:
            ask(world)
        case .finish(let cut):
            outbox.drop(cut)
            world.note("\(process.name) committed \(cut.moved.sorted { $0.key < $1.key })")
            self.action = nil
        case .resend:
            outbox.release()
            self.action = nil
        case .end(let end):
            work.end(end)
        }
    }

    private func begin(_ cut: Outbox.Cut) {
        records = cut.steps.flatMap { step in
            step.records.entries.map { entry in
                (
                    SimulatedKafka.Topic(entry.topic), entry.key.map { Array(step.records.bytes[$0]) },
                    entry.value.map { Array(step.records.bytes[$0]) }
                )
            }
        }
        sent = 0
        action = machine.begin(cut)
    }

    /// Goes on; nil: the same call again.
    private func next(_ outcome: TransactionMachine.Outcome?, _ world: Simulation) {
        guard let outcome else { return }
        action = machine.next(after: outcome, now: world.monotonic)
    }

    /// Some records, or the offsets when all are sent.
    private func send(
        _ offsets: [Part: CommittedPosition], _ world: Simulation, _ work: SimulatedWork, _ id: Int,
        _ producer: inout SimulatedProducer
    ) throws {
        if world.draws.chance(world.rates.aborts) { return next(.abortable, world) }
        if world.draws.chance(world.rates.retriable) { return next(.retriable, world) }
        for _ in 0..<1 + world.draws.below(world.rates.burst) where sent < records.count {
            let record = records[sent]
            let value: SimulatedLog.Value = record.value.map { .bytes($0) } ?? .tombstone(0)
            let outcome = producer.attempt {
                try world.kafka.produce(id, $0, to: record.topic, key: record.key, value: value)
            }
            guard outcome == .done else { return next(outcome, world) }
            sent += 1
        }
        guard sent == records.count, world.draws.chance(0.7) else { return }
        next(producer.attempt { try world.kafka.sendOffsets(id, $0, offsets, work.metadata) }, world)
    }

    /// The stable positions, one after the other.
    private func ask(_ world: Simulation) {
        for part in machine.parts where found[part] == nil {
            do throws(SimulatedKafka.Failure) {
                found[part] = .some(try world.kafka.position(of: part))
            } catch {
                return
            }
            if world.draws.chance(0.5) { return }
        }
        action = machine.next(found: found)
    }
}
