import ShoalClustering
import TestSupport
import Testing

@testable import ShoalReplay

@Suite("The coordinator of a repeated run")
struct ReplayCoordinatorTests {
    private static let settings = Settings()

    private static func epochDelta(_ partition: Int32, first epoch: Epoch) -> EpochDelta {
        EpochDelta(
            partition: partition, number: 1, from: nil, through: epoch - 1, clusters: [], candidates: [], namings: [])
    }

    /// A recorded run whose start was published when some partitions had left genesis.
    /// - Parameter first: by partition, the first epoch that it had opened; nil: it was idle.
    private static func coordinator(_ first: [Epoch?]) -> ReplayCoordinator {
        let states = first.map { epoch in
            var state = PartitionState()
            state.first = epoch
            state.read = epoch == nil ? 0 : 1
            return state
        }
        let start = (first.compactMap(\.self).min() ?? 0) - 1
        let model = Model.genesis(settings: settings, topics: [])
        let record = RecordedModel(
            offset: 1,
            bookkeeping: Bookkeeping(
                from: nil, through: start, start: start, partitions: states, deltaOffset: 9, oldestOffset: 0),
            settings: settings, rules: .current, announcedHash: "", contentHash: "")
        return ReplayCoordinator(
            model: model, genesis: CompiledModel(model, version: nil),
            bookkeeping: Bookkeeping(
                from: nil, through: nil, start: nil, partitions: first.map { _ in PartitionState() }, deltaOffset: 0,
                oldestOffset: 0),
            settings: settings, recorded: [record], watcher: ReportBuilder())
    }

    /// Lets each partition leave genesis at its epoch, ask for the model of that epoch and end, in the order of a seed.
    private func outcome(_ coordinator: ReplayCoordinator, _ epochs: [Epoch], seed: UInt64) -> String {
        let outcome = SeededExecutor.run(seed: seed) {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for (partition, epoch) in epochs.enumerated() {
                    group.addTask {
                        try await coordinator.take(Self.epochDelta(Int32(partition), first: epoch), Tally())
                        let version = epoch - Self.settings.fixed.staleness
                        let model = await coordinator.model(version, for: Int32(partition))
                        try await coordinator.finish(Int32(partition), deltaCount: 1)
                        return model != nil
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        return switch outcome {
        case .returned(let found): "\(found)"
        case .failed(let error): "\(error)"
        case .hung, .endless: "hung"
        }
    }

    @Test("an epoch delta that was held back for the start does not keep a waiter from its model", arguments: 0..<16)
    func heldBack(_ seed: UInt64) {
        // Partition 1 was idle when the start was published, and leaves genesis first when the run is repeated.
        let found = outcome(Self.coordinator([100, nil]), [100, 100], seed: seed)
        #expect(found == "[true, true]")
    }

    @Test("the start waits for the smallest of the first epochs, whichever partition is first", arguments: 0..<16)
    func smallest(_ seed: UInt64) {
        let found = outcome(Self.coordinator([101, 100, 102]), [101, 100, 101], seed: seed)
        #expect(found == "[true, true, true]")
    }

    @Test("partitions that wait for models that nobody can make are released without one", arguments: 0..<8)
    func stuck(_ seed: UInt64) {
        let found = outcome(Self.coordinator([100, nil]), [100, 200], seed: seed)
        #expect(["[true, false]", "[false, true]"].contains(found))
    }

    @Test("a stop releases all who wait")
    func stop() {
        let coordinator = Self.coordinator([100, 100])
        let outcome = SeededExecutor.run(seed: 1) {
            async let model = coordinator.model(99, for: 0)
            await Task.yield()
            await coordinator.stop()
            return await model == nil
        }
        guard case .returned(true) = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }
}
