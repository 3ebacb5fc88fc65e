import Synchronization

/// Wakes waiting tasks when something has changed. A waiter passes the number of changes that it has seen, so it misses
/// none between its check and its wait.
public final class Signal: Sendable {
    private struct State {
        var count: UInt64 = 0
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    public init() {}

    /// The number of changes so far.
    public var count: UInt64 { state.withLock { $0.count } }

    /// How many tasks wait.
    var waiters: Int { state.withLock { $0.waiters.count } }

    public func notify() {
        let waiters = state.withLock { state in
            state.count += 1
            defer { state.waiters.removeAll() }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume() }
    }

    /// Returns when there have been more changes than `seen`, the time has passed, or the task is cancelled.
    public func wait(past seen: UInt64, atMost time: Duration) async {
        guard count <= seen, time > .zero else { return }
        await wait(past: seen, until: .now + time)
    }

    /// Returns when there have been more changes than `seen`, or the task is cancelled.
    public func wait(past seen: UInt64) async {
        await wait(past: seen, until: nil)
    }

    private func wait(past seen: UInt64, until end: ContinuousClock.Instant?) async {
        let id = Deadlines.newID()
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.count > seen || Task.isCancelled { return true }
                    state.waiters[id] = continuation
                    return false
                }
                if isOver { return continuation.resume() }
                // If the wait ends meanwhile, the deadline finds no waiter.
                if let end { Deadlines.shared.add(id, at: end) { [weak self] in self?.end(id) } }
            }
        } onCancel: {
            self.end(id)
        }
        if end != nil { Deadlines.shared.remove(id) }
    }

    private func end(_ id: UInt64) {
        state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
    }
}
