import Foundation
import Synchronization
import TestSupport

/// Polls the committed positions on a separate thread, and measures how long partitions with remaining input make no
/// progress.
final class ProgressWatch: Sendable {
    private struct State {
        var positions: [Int32: Position] = [:]
        /// The time since which each partition has made no progress.
        var since: [Int32: ContinuousClock.Instant] = [:]
        var worst = Duration.zero
        /// Partitions without progress since the last call of `mark()`.
        var waitedFor: Set<Int32> = []
        var isStopped = false
    }

    struct Position: Equatable {
        var offset: Int64
        var metadata: String
    }

    private let state = Mutex(State())
    private let probe: KafkaProbe
    private let topic: String
    private let partitions: Int32
    /// Returns the number of records in each partition.
    private let ends: @Sendable () -> [Int64]

    init(_ application: Application, partitions: Int32, ends: @escaping @Sendable () -> [Int64]) throws {
        probe = try KafkaProbe(application.broker.bootstrap, group: application.name)
        topic = application.input
        self.partitions = partitions
        self.ends = ends
        Thread.detachNewThread { [self] in watch() }
    }

    func stop() { state.withLock { $0.isStopped = true } }

    private func watch() {
        while !state.withLock({ $0.isStopped }) {
            if let found = probe.committed(topic, partitions: partitions) { take(found) }
            Thread.sleep(forTimeInterval: 0.02)
        }
    }

    private func take(_ found: [Int32: (offset: Int64, metadata: String)]) {
        let now = ContinuousClock.now
        let ends = ends()
        state.withLock { state in
            for partition in 0..<partitions {
                let position = found[partition].map { Position(offset: $0.offset, metadata: $0.metadata) }
                let still = now - state.since[partition, default: now]
                if position != state.positions[partition] || (position?.offset ?? 0) >= ends[Int(partition)] {
                    state.worst = max(state.worst, still)
                    state.since[partition] = now
                    state.waitedFor.remove(partition)
                }
                if state.since[partition] == nil { state.since[partition] = now }
                state.positions[partition] = position
            }
        }
    }

    /// Starts the measurement for a new fault and discards earlier values.
    func begin() {
        state.withLock { state in
            state.worst = .zero
            for partition in state.since.keys { state.since[partition] = .now }
        }
    }

    /// Marks the end of the fault. Its effects may last longer.
    func mark() {
        state.withLock { $0.waitedFor = Set(0..<partitions) }
    }

    /// Whether each partition has made progress since `mark()`, or has no remaining input.
    var hasRecovered: Bool { state.withLock { $0.waitedFor.isEmpty } }

    /// The longest time without progress since the fault began, including a current one.
    var worst: Duration {
        state.withLock { state in
            state.waitedFor.reduce(state.worst) { max($0, ContinuousClock.now - state.since[$1, default: .now]) }
        }
    }

    /// The committed offsets.
    var offsets: [Int64] {
        state.withLock { state in (0..<partitions).map { state.positions[$0]?.offset ?? 0 } }
    }
}
