import Foundation
import Synchronization

/// An executor with its own thread. An actor that runs on it may block in librdkafka without occupying a thread of the
/// cooperative pool.
public final class ThreadExecutor: SerialExecutor {
    /// The queue shared by thread and executor. The thread ends when the executor is released and all jobs are done.
    private final class JobQueue: Sendable {
        private struct State {
            var jobs: [UnownedJob] = []
            var isOver = false
        }

        private let state = Mutex(State())
        private let wake = DispatchSemaphore(value: 0)

        func add(_ job: UnownedJob) {
            state.withLock { $0.jobs.append(job) }
            wake.signal()
        }

        func end() {
            state.withLock { $0.isOver = true }
            wake.signal()
        }

        /// Waits for jobs. Returns `nil` if there will be none.
        func next() -> [UnownedJob]? {
            wake.wait()
            return state.withLock { state in
                if state.jobs.isEmpty, state.isOver { return nil }
                defer { state.jobs.removeAll(keepingCapacity: true) }
                return state.jobs
            }
        }
    }

    private let jobs = JobQueue()

    public init(name: String) {
        let jobs = jobs
        let thread = Thread { [weak self] in
            while let batch = jobs.next() {
                // A job keeps its actor alive, and the actor keeps this executor alive.
                guard let executor = self else { return }
                for job in batch { unsafe job.runSynchronously(on: executor.asUnownedSerialExecutor()) }
            }
        }
        thread.name = name
        thread.start()
    }

    deinit {
        jobs.end()
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        jobs.add(UnownedJob(job))
    }

    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }
}
