/// What happens to the archetypes of a stream, epoch by epoch. Steps of one epoch happen in the order of the list.
public struct DriftScript: Equatable, Sendable {
    public enum Action: Equatable, Sendable {
        /// A new archetype with new viewers, a share of the stream's first ones, who mix with nobody and watch at least half
        /// an event an epoch; `like` names an archetype that half of the core is taken from.
        case birth(share: Double, like: Int? = nil)
        /// Half of an archetype's viewers keep the first half of their core and get another second half.
        case split(Int)
        /// Two archetypes become one, topic by topic, within so many epochs: the first halves of both cores.
        case converge(Int, Int, epochs: Int)
        /// An archetype's viewers watch nothing any more.
        case silence(Int)
        /// An archetype's viewers turn to others, each to one of them.
        case scatter(Int, to: [Int])
        /// An archetype gets a new core topic every so many epochs, until nothing of the old core is left.
        case wander(Int, every: Int)
        /// One topic takes a share of all watches for so many epochs, whatever the tastes.
        case viral(topic: Int, share: Double, epochs: Int)
    }

    public struct Step: Equatable, Sendable {
        public var epoch: Int
        public var action: Action

        public init(_ epoch: Int, _ action: Action) {
            self.epoch = epoch
            self.action = action
        }
    }

    public var steps: [Step]

    public init(_ steps: [Step] = []) {
        self.steps = steps
    }

    /// Birth at 40, split at 60, two that converge from 80 to 90, one that falls silent and one that scatters at 100, and
    /// one that wanders from 40 on.
    public static let standard = DriftScript([
        Step(40, .birth(share: 0.03)),
        Step(40, .wander(7, every: 12)),
        Step(60, .split(3)),
        Step(80, .converge(5, 6, epochs: 10)),
        Step(100, .silence(8)),
        Step(100, .scatter(9, to: [0, 1, 2, 4])),
    ])
}

/// A step of the script as it is known afterwards: the truth that findings are held against.
public struct ScriptedOperation: Equatable, Sendable {
    public var action: DriftScript.Action
    /// The archetypes concerned, the new one of a birth or a split last.
    public var archetypes: [Int]
    /// The epoch in which it begins.
    public var begins: Int
    /// The first epoch in which all of it holds; that of a silence or a birth is the same.
    public var completes: Int
    /// The epoch at whose end it could first be seen in the stream, by anybody: `nil` until then.
    ///
    /// Birth and split: max(40, 0.2 % of the viewers) of the new archetype have watched five times since; scatter: half of
    /// the viewers have; converge: when the cores are the same; the others: when they begin. Decaying profiles show it
    /// later, or, where a part of a change is enough, earlier; who has profiles may take a stricter measure.
    public var firstVisible: Int?
}
