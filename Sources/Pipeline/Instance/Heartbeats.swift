import Synchronization

/// When each part of an instance last made progress, and what it does. Whoever has to go on says so in time; whoever
/// waits for another part rests, and the other's heart tells.
///
/// A beat costs less than 100 ns: it is for each batch, never for each event.
public final class Heartbeats: Sendable {
    /// What goes on by itself.
    public enum Part: Hashable, Comparable, Sendable, CustomStringConvertible {
        /// The life in the group.
        case group
        case committer
        /// Who reads the models.
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

    /// A part at a moment.
    public struct Status: Equatable, Sendable {
        public var part: Part
        /// As "handling records".
        public var doing: String
        /// Milliseconds since its last progress; 0 where it rests.
        public var age: Int64
        /// Whether that is too long.
        public var isStuck: Bool
    }

    private struct Beat {
        var at: Int64
        var doing: String
        var rests = false
        /// Milliseconds beyond the time-out that what it does may take.
        var grace: Int64 = 0
    }

    private struct State {
        var beats: [Part: Beat] = [:]
        var looked: Int64?
        /// When the process was last seen to have slept: nobody has made progress meanwhile.
        var woke = Int64.min
    }

    private let state = Mutex(State())
    /// Milliseconds without progress after which a part is stuck: `watchdog.timeout`.
    public let timeout: Int64
    private let clock: @Sendable () -> Int64

    public convenience init(timeout: Duration = .seconds(60)) {
        self.init(timeout: timeout, clock: { Monotonic.now })
    }

    /// - Parameter clock: milliseconds, never going back.
    init(timeout: Duration, clock: @escaping @Sendable () -> Int64) {
        self.timeout = timeout.components.seconds * 1_000 + timeout.components.attoseconds / 1_000_000_000_000_000
        self.clock = clock
    }

    /// The part makes progress, and will say so again in time.
    /// - Parameter grace: what it does now may take so much longer than others.
    func beat(_ part: Part, _ doing: String, grace: Int64 = 0) {
        let now = clock()
        state.withLock { $0.beats[part] = Beat(at: now, doing: doing, grace: grace) }
    }

    /// The part waits for another one, however long that takes.
    func rest(_ part: Part, _ doing: String) {
        let now = clock()
        state.withLock { $0.beats[part] = Beat(at: now, doing: doing, rests: true) }
    }

    /// The work is over: only the group and the committer live on.
    func endWork() {
        state.withLock { $0.beats = $0.beats.filter { $0.key == .group || $0.key == .committer } }
    }

    /// Nothing goes on by itself any more.
    func end() {
        state.withLock { $0.beats = [:] }
    }

    /// All parts, in order. To be asked now and then: a long time between two looks means that the whole process slept, and
    /// then everybody's time begins anew.
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
