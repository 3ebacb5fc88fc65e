@testable import ShoalClustering
@testable import ShoalPipeline

/// A process. Executes the actions of `GroupLife`, as `Instance` does, one call at a time. Between any two calls it may
/// crash, pause, or wake up as a zombie.
final class SimulatedInstance {
    /// The reason why a process ended.
    enum Exit: Equatable {
        case stopped
        case duplicateInstance
        /// The process cannot continue without intervention.
        case failed(String)
    }

    let index: Int
    let incarnation: Int
    /// The remaining steps of a pause.
    var asleep = 0
    /// The steps of a pause that starts as soon as the process has an open transaction with contents.
    var sleepsInTransaction: Int?
    var isStopping = false
    private(set) var exit: Exit?
    private(set) var work: SimulatedWork?
    private var member: SimulatedMember
    private var producer = SimulatedProducer()
    private var life = GroupLife()
    private var action: GroupLife.Action
    private var parts: [AssignedPartition] = []
    /// The metadata of the last assignment.
    private var metadata = SimulatedGroup.Metadata(member: 0, generation: 0)
    private var error: (any Error)?
    private var failure: Exit?
    private var hasBegunDraining = false
    /// Shards of former assignments, if a rule that discards them is left out.
    private(set) var kept: [Int32: SimulatedShard] = [:]
    /// The check whether the assignment is still valid, while it is in progress.
    private var question: (check: OwnershipCheck, action: OwnershipCheck.Action)?
    /// The error of the wall clock.
    let skew: Int64

    init(_ world: Simulation, index: Int) {
        self.index = index
        incarnation = world.nextIncarnation()
        member = SimulatedMember(instance: index)
        skew = world.draws.pick(0, 0, -1_500, Simulation.mostSkew)
        action = life.begin()
    }

    /// Returns a description of the remaining work; `nil` for none.
    func unrest(_ world: Simulation) throws -> String? {
        if asleep > 0 { return "asleep" }
        return try work?.unrest(world)
    }

    var name: String { "\(index).\(incarnation)" }

    /// Performs one step of one of its threads.
    func step(_ world: Simulation) throws(Finding) {
        let draw = world.draws.below(20)
        if draw == 0 {
            member.step(
                &world.kafka.group, now: world.now, joinsBehindOurBack: world.off == .ownGeneration)
        } else if draw < 4 || work == nil {
            if world.draws.chance(0.3) { member.step(&world.kafka.group, now: world.now) }
            try carryOut(world)
        } else if let work {
            try work.step(world, self, &producer)
        }
        if let steps = sleepsInTransaction, world.kafka.hasPendingOffsets(index) {
            sleepsInTransaction = nil
            asleep = steps
            world.note("\(name) stands still in a transaction")
            world.kafka.group.expel(instance: index, now: world.now)
        }
    }

    // MARK: - Actions of GroupLife

    private func carryOut(_ world: Simulation) throws(Finding) {
        switch action {
        case .prepare:
            if producer.isReady || producer.renew(world, index) { next(.done, world) }
        case .join:
            member.join()
            next(.done, world)
        case .wait:
            if let event = event(world) { next(event, world) }
        case .acknowledge:
            next(.done, world)
        case .work:
            // The client may already have lost the assignment again.
            guard let metadata = member.metadata else { return next(.ended(.lost), world) }
            self.metadata = metadata
            work = SimulatedWork(parts, metadata: metadata, world)
            next(.done, world)
        case .drain:
            if let event = drain(world) { next(event, world) }
        case .cancel:
            next(end(world), world)
        case .abandon:
            producer.abandon(world, index)
            next(.done, world)
        case .release:
            member.acknowledgeRevocation()
            next(.done, world)
        case .ask:
            if world.off == .doubt {
                failure = .failed(error.map { "\($0)" } ?? "")
                next(.answered(isOurs: true), world)
            } else if let isOurs = isStillAssigned(world) {
                question = nil
                next(.answered(isOurs: isOurs), world)
            }
        case .leave:
            member.leave()
            next(.done, world)
        case .exit:
            break
        }
        if action == .exit, exit == nil {
            exit = failure ?? .stopped
            world.note("\(name) exits: \(failure.map { "\($0)" } ?? "stopped")")
        }
    }

    private func next(_ event: GroupLife.Event, _ world: Simulation) {
        action = life.next(event)
    }

    private func event(_ world: Simulation) -> GroupLife.Event? {
        if isStopping { return .stop }
        switch member.nextEvent() {
        case .assigned(let parts):
            self.parts = parts
            world.note("\(name) is assigned \(parts)")
            return .assigned(isEmpty: parts.isEmpty)
        case .revoked(let isLost):
            world.note("\(name) \(isLost ? "has lost its assignment" : "is asked to let go")")
            return .revoked(isLost: isLost)
        case .fencedInstance:
            failure = .duplicateInstance
            return .failed
        case nil:
            return work?.result == nil ? nil : end(world)
        }
    }

    private func drain(_ world: Simulation) -> GroupLife.Event? {
        guard let work else { return .ended(.lost) }
        if !hasBegunDraining {
            hasBegunDraining = true
            if !work.drain() || world.off == .drainFirst { return end(world) }
        }
        // Occasionally, `shutdown.timeout` expires.
        return work.result != nil || world.draws.chance(0.003) ? end(world) : nil
    }

    private func end(_ world: Simulation) -> GroupLife.Event {
        hasBegunDraining = false
        let result = work?.result
        if world.off == .lostIsVoid, let work {
            kept.merge(work.shards.map { ($0.machine.partition, $0) }) { _, new in new }
        }
        work = nil
        switch result {
        case nil: return .ended(.lost)
        case .ended(nil): return .ended(.drained)
        case .ended(.lost): return .ended(.lost)
        case .ended(.duplicateInstance):
            failure = .duplicateInstance
            return .ended(.duplicateInstance)
        case .failed(let error):
            self.error = error
            world.note("\(name): \(error)")
            return .ended(.failed(isFinal: true))
        }
    }

    /// Does the same as `Committer.isAssigned`, one call at a time. Returns `nil` until the answer is known.
    private func isStillAssigned(_ world: Simulation) -> Bool? {
        var (check, action) = question ?? (OwnershipCheck(), OwnershipCheck().begin())
        defer { question = (check, action) }
        switch action {
        case .renewProducer:
            action = check.next(after: producer.renew(world, index) ? .done : .retriable)
        case .ask:
            let positions = Dictionary(
                uniqueKeysWithValues: parts.map { ($0, CommittedPosition(offset: 0, metadata: "v1;genesis")) })
            let outcome = producer.attempt { try world.kafka.sendOffsets(index, $0, positions, metadata) }
            if let outcome { action = check.next(after: outcome) }
        case .answer(let isOurs):
            producer.abandon(world, index)
            if isOurs, let error { failure = .failed("\(error)") }
            return isOurs
        }
        return nil
    }
}
