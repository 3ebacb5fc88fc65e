import Synchronization

/// The last progress and current activity of each component. A component that works independently must report in time.
/// A component that waits for another one rests, and the other's heartbeat counts.
///
/// A heartbeat costs less than 100 ns. Report one per batch, never one per event.
public final class Heartbeats: Sendable {
    /// A component that works independently.
    public enum Component: Hashable, Comparable, Sendable, CustomStringConvertible {
        /// The group membership.
        case group
        case committer
        /// The reader of models.
        case models
        case coordinator
        case partition(Int32)

        public var description: String {
            switch self {
            case .group: "group"
            case .committer: "committer"
            case .models: "models"
            case .coordinator: "coordinator"
            case .partition(let number): "partition \(number)"
            }
        }
    }

    /// The state of a component.
    public struct Status: Equatable, Sendable {
        public var part: Component
        /// The activity, such as "handling records".
        public var doing: String
        /// Milliseconds since the last progress; 0 if the component rests.
        public var age: Int64
        /// Whether the age exceeds the timeout.
        public var isStuck: Bool
    }

    private struct Beat {
        var at: Int64
        var doing: String
        var rests = false
        /// Additional milliseconds allowed for the current activity.
        var grace: Int64 = 0
    }

    private struct State {
        var beats: [Component: Beat] = [:]
        var looked: Int64?
        /// The last time at which the process was found to have been suspended. No component could make progress before
        /// it.
        var woke = Int64.min
    }

    private let state = Mutex(State())
    /// Milliseconds without progress after which a component is stuck: `watchdog.timeout`.
    public let timeout: Int64
    private let clock: @Sendable () -> Int64

    public convenience init(timeout: Duration = .seconds(60)) {
        self.init(timeout: timeout, clock: { Monotonic.now })
    }

    /// - Parameter clock: Monotonic milliseconds.
    init(timeout: Duration, clock: @escaping @Sendable () -> Int64) {
        self.timeout = timeout.components.seconds * 1_000 + timeout.components.attoseconds / 1_000_000_000_000_000
        self.clock = clock
    }

    /// Reports progress. The component must report again in time.
    /// - Parameter grace: Additional milliseconds allowed for the current activity.
    func beat(_ part: Component, _ doing: String, grace: Int64 = 0) {
        let now = clock()
        state.withLock { $0.beats[part] = Beat(at: now, doing: doing, grace: grace) }
    }

    /// Reports that the component waits for another one, for any time.
    func rest(_ part: Component, _ doing: String) {
        let now = clock()
        state.withLock { $0.beats[part] = Beat(at: now, doing: doing, rests: true) }
    }

    /// Ends the work. Only the group and the committer remain.
    func endWork() {
        state.withLock { $0.beats = $0.beats.filter { $0.key == .group || $0.key == .committer } }
    }

    /// Removes all components.
    func end() {
        state.withLock { $0.beats = [:] }
    }

    /// Returns all components in order. Must be called regularly: a long gap between two calls means that the process
    /// was suspended, and restarts all timeouts.
    public func look() -> [Status] {
        let now = clock()
        return state.withLock { state in
            if let looked = state.looked, now - looked > timeout / 2 { state.woke = now }
            state.looked = now
            return state.beats.sorted { $0.key < $1.key }.map { part, beat in
                let age = beat.rests ? 0 : now - max(beat.at, state.woke)
                return Status(part: part, doing: beat.doing, age: age, isStuck: age > timeout + beat.grace)
            }
        }
    }
}
