@testable import Clustering
@testable import Pipeline

/// Feeds a `CoordinatorMachine`, as `CoordinatorActor` does.
final class SimulatedCoordinator {
    private(set) var machine: CoordinatorMachine
    private var position: Int64
    private(set) var isFinished = false

    init(_ last: ModelRecord, _ world: Simulation) {
        machine = CoordinatorMachine(last: last, wishes: world.wishes)
        position = machine.coordinator.offset
    }

    /// - Returns: whether the delta topic was read up to the offset.
    func restore(through offset: Int64, _ world: Simulation) throws -> Bool {
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
        while world.draws.chance(0.6),
            let publication = try machine.publish(now: world.monotonic, wall: world.wall + process.skew)
        {
            try world.published(publication, by: process)
            work.append(machine.mark(machine.records(of: publication)))
        }
        if hasRead { work.append(machine.mark()) }
    }

    private func fold(_ world: Simulation) throws -> Bool {
        guard let (offset, record) = try world.kafka[.deltas].read(from: &position) else { return false }
        position = offset + 1
        if case .bytes(let value) = record.value { try machine.fold(value.span, offset: offset, now: world.monotonic) }
        return true
    }

    /// What is left to do; nil: nothing.
    func unrest(_ world: Simulation) throws -> String? {
        var end = position
        if try world.kafka[.deltas].read(from: &end) != nil { return "words are to be read" }
        let closed = machine.coordinator.partitions.compactMap(\.closed).max()
        let version = machine.coordinator.version
        return version == closed ? nil : "model \(version ?? 0), but \(closed ?? 0) is closed"
    }
}
