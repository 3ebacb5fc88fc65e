import Synchronization

/// Wakes waiting tasks when something has changed. A waiter passes the number of changes that it has seen, so it misses
/// none between its check and its wait.
public final class Signal: Sendable {
    private struct State {
        var count: UInt64 = 0
        var nextID: UInt64 = 0
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    public init() {}

    /// The number of changes so far.
    public var count: UInt64 { state.withLock { $0.count } }

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
        guard count <= seen else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await Task.sleep(for: time) }
            group.addTask { await self.wait(past: seen) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Returns when there have been more changes than `seen`, or the task is cancelled.
    public func wait(past seen: UInt64) async {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.count > seen || Task.isCancelled { return true }
                    state.waiters[id] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
        }
    }
}
