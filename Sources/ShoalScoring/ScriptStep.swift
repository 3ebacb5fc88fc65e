/// A step of a stream's script in the form that `ScriptJudge` uses.
public struct ScriptStep: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        /// A new group, by number.
        case birth
        /// A group of which a part becomes a new group, by numbers.
        case split
        /// Two groups that become one.
        case merge
        /// A group that falls silent.
        case death
        /// A group whose viewers turn to other groups.
        case scatter
        /// A group that changes slowly and should keep its cluster.
        case wander
    }

    public var kind: Kind
    public var groups: [Int32]
    /// The first epoch of the step.
    public var begins: Int

    public init(_ kind: Kind, groups: [Int32], begins: Int) {
        self.kind = kind
        self.groups = groups
        self.begins = begins
    }
}

/// The epochs in which a step became visible, was decided and was shown; `nil` for never.
public struct Finding: Sendable, Equatable {
    /// The epoch at whose end the step was visible in the profiles.
    public var visible: Int?
    /// The version of the model that decided the corresponding operation.
    public var decided: Int?
    /// The epoch at whose end the members' clusters showed the step.
    public var shown: Int?

    public init() {}

    /// Epochs from visibility to the deciding model. Infinite if the step was never found; `nil` if it was neither
    /// visible nor found.
    public var delay: Double? { Self.delay(from: visible, to: decided) }

    /// Epochs from visibility until the members showed the step.
    public var delayOfMembers: Double? { Self.delay(from: visible, to: shown) }

    private static func delay(from visible: Int?, to found: Int?) -> Double? {
        switch (visible, found) {
        case (let visible?, let found?): Double(found - visible)
        case (_?, nil): .infinity
        // The step was found before it was visible by the definition.
        case (nil, _?): 0
        case (nil, nil): nil
        }
    }
}
