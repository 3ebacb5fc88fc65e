/// The changes of a stream's archetypes, epoch by epoch. Steps of one epoch happen in the order of the list.
public struct DriftScript: Equatable, Sendable {
    public enum Action: Equatable, Sendable {
        /// A new archetype with new viewers, whose number is a share of the stream's initial ones. They do not mix with
        /// other archetypes and watch at least half an event an epoch. `like` names an archetype that gives half of the
        /// core.
        case birth(share: Double, like: Int? = nil)
        /// Half of an archetype's viewers keep the first half of their core and get another second half.
        case split(Int)
        /// Two archetypes become one, topic by topic, within a number of epochs. The result combines the first halves
        /// of both cores.
        case converge(Int, Int, epochs: Int)
        /// An archetype's viewers stop watching.
        case silence(Int)
        /// An archetype's viewers turn to other archetypes, each viewer to one of them.
        case scatter(Int, to: [Int])
        /// An archetype gets a new core topic at a fixed interval of epochs, until the whole core is new.
        case wander(Int, every: Int)
        /// One topic takes a share of all watches for a number of epochs, regardless of taste.
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

    /// A birth at epoch 40, a split at 60, two archetypes that converge from 80 to 90, one that falls silent and one
    /// that scatters at 100, and one that wanders from 40 on.
    public static let standard = DriftScript([
        Step(40, .birth(share: 0.03)),
        Step(40, .wander(7, every: 12)),
        Step(60, .split(3)),
        Step(80, .converge(5, 6, epochs: 10)),
        Step(100, .silence(8)),
        Step(100, .scatter(9, to: [0, 1, 2, 4])),
    ])
}

/// A step of the script with its actual effects: the ground truth that findings are compared with.
public struct ScriptedOperation: Equatable, Sendable {
    public var action: DriftScript.Action
    /// The archetypes concerned. The new archetype of a birth or a split is the last one.
    public var archetypes: [Int]
    /// The first epoch of the operation.
    public var begins: Int
    /// The first epoch in which the operation is complete. Equals `begins` for a silence and a birth.
    public var completes: Int
    /// The first epoch at whose end the operation could be detected from the stream; `nil` until then.
    ///
    /// For a birth and a split: max(40, 0.2 % of the viewers) of the new archetype have watched five times since. For a
    /// scatter: half of the viewers have. For a convergence: the cores are equal. For other operations: the first
    /// epoch. Decaying profiles show an operation later, or earlier if part of a change suffices; a judge that has
    /// profiles may use a stricter measure.
    public var firstVisible: Int?
}
