import Synchronization

/// Runs tasks on one thread, in an order that depends on a seed alone. A run whose tasks all wait is found out at once, without a
/// clock: there is nothing left to run.
public final class SeededExecutor: TaskExecutor {
    /// How a run ended.
    public enum Outcome<R: Sendable>: Sendable {
        case returned(R)
        case failed(any Error)
        /// All tasks wait for each other.
        case hung
        /// There was more to do than was allowed.
        case endless
    }

    private struct State {
        var jobs: [UnownedJob] = []
        var draw: UInt64
    }

    private let state: Mutex<State>

    private init(seed: UInt64) {
        state = Mutex(State(draw: seed))
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
    }

    /// Runs a task, and all that it starts, on this thread. Nothing in it may sleep, or leave the executor.
    /// - Parameter limit: how many steps of tasks are allowed.
    public static func run<R: Sendable>(
        seed: UInt64, limit: Int = 10_000_000, _ body: @escaping @Sendable () async throws -> R
    ) -> Outcome<R> {
        let executor = SeededExecutor(seed: seed)
        let result = Held<Outcome<R>>()
        Task(executorPreference: executor) {
            do {
                result.set(.returned(try await body()))
            } catch {
                result.set(.failed(error))
            }
        }
        for _ in 0..<limit {
            guard let job = executor.next() else { return result.value ?? .hung }
            // Safe: a job is run once, and the executor outlives the loop.
            unsafe job.runSynchronously(on: executor.asUnownedTaskExecutor())
        }
        return .endless
    }

    private func next() -> UnownedJob? {
        state.withLock { state in
            guard !state.jobs.isEmpty else { return nil }
            // SplitMix64.
            state.draw &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state.draw
            mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            let place = Int((mixed ^ mixed >> 31) >> 33) % state.jobs.count
            return state.jobs.remove(at: place)
        }
    }
}

/// A value that one task sets and a thread reads.
private final class Held<Value: Sendable>: Sendable {
    private let held = Mutex<Value?>(nil)

    var value: Value? { held.withLock { $0 } }

    func set(_ value: Value) { held.withLock { $0 = value } }
}
