internal import Synchronization

/// The progress of a replay, its current waits, and the request to stop it. Thread-safe.
public final class ReplayProgress: Sendable {
    private struct State {
        /// The descriptions of the current waits, by wait number.
        var waits: [Int: (text: String, isForeign: Bool)] = [:]
        var nextWait = 0
        /// Called when the run is stopped, to end its waits.
        var handlers: [@Sendable () -> Void] = []
    }

    private let handled = Atomic<Int64>(0)
    private let share = Atomic<Int>(-1)
    private let isOver = Atomic<Bool>(false)
    private let steps = Atomic<Int>(0)
    private let state = Mutex(State())

    public init() {}

    /// The number of watch events handled.
    public var events: Int64 { handled.load(ordering: .relaxed) }

    /// The share of the input that was read, 0 … 1; nil if unknown.
    public var fraction: Double? {
        let share = share.load(ordering: .relaxed)
        return share < 0 ? nil : Double(share) / 10_000
    }

    /// Stops the run and ends all of its waits. A stopped replay reports its results so far.
    public func stop() {
        isOver.store(true, ordering: .relaxed)
        let handlers = state.withLock { state in
            defer { state.handlers = [] }
            return state.handlers
        }
        for handler in handlers { handler() }
    }

    public var isStopped: Bool { isOver.load(ordering: .relaxed) }

    /// Calls `handler` when the run is stopped; immediately if it is stopped already.
    func onStop(_ handler: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state in
            if isStopped { return true }
            state.handlers.append(handler)
            return false
        }
        if isLate { handler() }
    }

    /// Checks for a stop.
    /// - Throws: `CancellationError` if the run is stopped or the current task is cancelled.
    func check() throws {
        if isStopped || Task.isCancelled { throw CancellationError() }
    }

    func add(_ events: Int64) {
        handled.add(events, ordering: .relaxed)
        step()
    }

    func set(_ fraction: Double) {
        share.store(Int(fraction * 10_000), ordering: .relaxed)
    }

    // MARK: - Stalls

    /// Records progress.
    func step() { steps.add(1, ordering: .relaxed) }

    /// A counter that changes with each progress.
    var activity: Int { steps.load(ordering: .relaxed) }

    /// Runs an operation that may wait. Until it returns, the report of a stall names the wait.
    /// - Parameters:
    ///   - text: A description of the wait, such as "partition 2 waits for the model of epoch 17".
    ///   - isForeign: Whether the wait depends on a source other than Kafka and this process, such as standard input.
    ///     Such a wait is never a stall.
    func waiting<R>(
        _ text: @autoclosure () -> String, isForeign: Bool = false, _ body: () async throws -> R
    ) async rethrows -> R {
        let number = begin(text(), isForeign: isForeign)
        defer { end(number) }
        return try await body()
    }

    /// Registers a wait.
    /// - Returns: The wait's number, to be passed to `end`.
    func begin(_ text: String, isForeign: Bool = false) -> Int {
        state.withLock { state in
            state.nextWait += 1
            state.waits[state.nextWait] = (text, isForeign)
            return state.nextWait
        }
    }

    /// Removes a wait that is over.
    func end(_ number: Int) {
        _ = state.withLock { $0.waits.removeValue(forKey: number) }
        step()
    }

    /// The descriptions of the current waits, oldest first.
    var waits: [String] { state.withLock { $0.waits.sorted { $0.key < $1.key }.map(\.value.text) } }

    var hasForeignWait: Bool { state.withLock { $0.waits.values.contains { $0.isForeign } } }
}
