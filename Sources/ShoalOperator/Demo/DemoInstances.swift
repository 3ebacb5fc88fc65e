import ShoalPipeline
import ShoalSchemas
import Synchronization

/// The instance of the demo, which is killed once, and the one that takes over.
final class DemoInstances: Sendable {
    private struct State {
        var current: Instance
        var next: Instance?
        var isKilled = false
        var isStopped = false
        /// The last statistics of the one that was killed, and the first ones of the other after its take-over.
        var before: PipelineStatistics.Snapshot?
        var after: PipelineStatistics.Snapshot?
    }

    private let state: Mutex<State>
    private let note: @Sendable (String) -> Void

    /// - Parameters:
    ///   - next: The instance that takes over.
    ///   - note: Shows a line.
    init(_ first: Instance, next: Instance, note: @escaping @Sendable (String) -> Void) {
        state = Mutex(State(current: first, next: next))
        self.note = note
    }

    /// The statistics, which include those of the one that was killed. During a take-over they stand still.
    var snapshot: PipelineStatistics.Snapshot {
        let now = state.withLock { $0 }
        var snapshot = now.current.statistics.snapshot
        guard let before = now.before else { return snapshot }
        guard let after = now.after else { return before }
        snapshot.totals.sensitiveTopics += before.totals.sensitiveTopics - after.totals.sensitiveTopics
        for (partition, count) in before.partitions {
            snapshot.partitions[partition]?.events += count.events - (after.partitions[partition]?.events ?? 0)
        }
        return snapshot
    }

    func stop() {
        let current = state.withLock { state in
            state.isStopped = true
            return state.current
        }
        current.stop()
    }

    /// Runs the first instance, and then the one that takes over, until it is stopped.
    func run() async throws {
        do {
            return try await state.withLock { $0.current }.run()
        } catch {
            guard state.withLock({ $0.isKilled }) else { throw error }
            try await takeOver()?.run()
        }
    }

    /// The instance that takes over; nil if the demo is over.
    private func takeOver() -> Instance? {
        state.withLock { state in
            guard !state.isStopped, let next = state.next else { return nil }
            (state.current, state.next) = (next, nil)
            return next
        }
    }

    /// Ends the first instance without draining, committing or leaving the group, and waits for the take-over.
    /// - Parameter isStopped: Returns true if waiting is unnecessary.
    func kill(unless isStopped: () -> Bool) async throws {
        let (before, killed) = (snapshot, ContinuousClock.now)
        let first = state.withLock { state in
            (state.isKilled, state.before) = (true, before)
            return state.current
        }
        note("the instance is killed; another one waits for its partitions")
        first.kill()
        while !isStopped() {
            let hasNext = state.withLock { $0.next == nil }
            let now = state.withLock { $0.current }.statistics.snapshot
            if hasNext, now.state == .working, now.partitions.count == before.partitions.count {
                state.withLock { $0.after = now }
                note(
                    "another instance has taken over \(Formatting.count(now.partitions.count, "partition")), "
                        + "\(Formatting.elapsed(.now - killed)) after the first one was killed")
                note("  it goes on with the state and positions in Kafka: no change is lost or repeated")
                return
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
