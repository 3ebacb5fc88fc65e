import Dispatch
import Synchronization

/// Ends waits when their time is over. One timer serves all waits of the process, and a wait that ends early leaves none behind.
///
/// `@unchecked Sendable`: the timer is only used under the lock.
final class Deadlines: @unchecked Sendable {
    private struct Wait {
        var end: ContinuousClock.Instant
        var action: @Sendable () -> Void
    }

    private struct State {
        var waits: [UInt64: Wait] = [:]
        /// The time for which the timer is set; nil: none.
        var due: ContinuousClock.Instant?
    }

    static let shared = Deadlines()
    private static let ids = Atomic<UInt64>(0)

    private let state = Mutex(State())
    private let timer: any DispatchSourceTimer

    private init() {
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "kafka-deadlines"))
        timer.setEventHandler { [weak self] in self?.fire() }
        timer.activate()
    }

    /// Returns a number that no other wait of the process has.
    static func newID() -> UInt64 { ids.add(1, ordering: .relaxed).newValue }

    /// Runs an action at a time, unless the wait is removed before.
    func add(_ id: UInt64, at end: ContinuousClock.Instant, _ action: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.waits[id] = Wait(end: end, action: action)
            if state.due.map({ end < $0 }) ?? true { schedule(end, &state) }
        }
    }

    func remove(_ id: UInt64) {
        _ = state.withLock { $0.waits.removeValue(forKey: id) }
    }

    /// The time until the last of all waits ends.
    var longest: Duration { state.withLock { $0.waits.values.map { $0.end - .now }.max() ?? .zero } }

    private func fire() {
        let now = ContinuousClock.now
        let over = state.withLock { state in
            let over = state.waits.filter { $0.value.end <= now }
            for id in over.keys { state.waits[id] = nil }
            state.due = nil
            if let next = state.waits.values.map(\.end).min() { schedule(next, &state) }
            return over.values.map(\.action)
        }
        for action in over { action() }
    }

    private func schedule(_ end: ContinuousClock.Instant, _ state: inout State) {
        state.due = end
        let time = max(end - .now, .zero)
        timer.schedule(deadline: .now() + .nanoseconds(Int(time / .nanoseconds(1))))
    }
}
