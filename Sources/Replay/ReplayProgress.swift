internal import Synchronization

/// How far a replay is, what it waits for, and whether it is to stop. Safe from any thread.
public final class ReplayProgress: Sendable {
    private struct State {
        /// What is waited for, by the number of the wait.
        var waits: [Int: (text: String, isForeign: Bool)] = [:]
        var nextWait = 0
        /// What ends waits when the run is stopped.
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

    /// The share of the input that was read, 0 … 1; nil if it is not known.
    public var fraction: Double? {
        let share = share.load(ordering: .relaxed)
        return share < 0 ? nil : Double(share) / 10_000
    }

    /// Stops the run, and ends all of its waits. A replay reports what was done until then.
    public func stop() {
        isOver.store(true, ordering: .relaxed)
        let handlers = state.withLock { state in
            defer { state.handlers = [] }
            return state.handlers
        }
        for handler in handlers { handler() }
    }

    public var isStopped: Bool { isOver.load(ordering: .relaxed) }

    /// Calls `handler` when the run is stopped; at once if it is stopped already.
    func onStop(_ handler: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state in
            if isStopped { return true }
            state.handlers.append(handler)
            return false
        }
        if isLate { handler() }
    }

    /// Throws `CancellationError` if the run is stopped, or its task cancelled.
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

    /// Notes that something was done.
    func step() { steps.add(1, ordering: .relaxed) }

    /// Changes whenever something is done.
    var activity: Int { steps.load(ordering: .relaxed) }

    /// Runs something that may wait. Until it is over, the wait is named where a stall is reported.
    /// - Parameters:
    ///   - text: who waits for what, as "partition 2 waits for the model of epoch 17".
    ///   - isForeign: the wait is for something outside of Kafka and this process, as standard input, and is never a stall.
    func waiting<R>(
        _ text: @autoclosure () -> String, isForeign: Bool = false, _ body: () async throws -> R
    ) async rethrows -> R {
        let number = begin(text(), isForeign: isForeign)
        defer { end(number) }
        return try await body()
    }

    /// A wait begins.
    /// - Returns: its number, for `end`.
    func begin(_ text: String, isForeign: Bool = false) -> Int {
        state.withLock { state in
            state.nextWait += 1
            state.waits[state.nextWait] = (text, isForeign)
            return state.nextWait
        }
    }

    /// A wait is over.
    func end(_ number: Int) {
        _ = state.withLock { $0.waits.removeValue(forKey: number) }
        step()
    }

    /// What is waited for now, the oldest wait first.
    var waits: [String] { state.withLock { $0.waits.sorted { $0.key < $1.key }.map(\.value.text) } }

    var hasForeignWait: Bool { state.withLock { $0.waits.values.contains { $0.isForeign } } }
}
