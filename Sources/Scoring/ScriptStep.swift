/// A step of a stream's script, as the judge knows it.
public struct ScriptStep: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        /// A new group: its number.
        case birth
        /// A group of which a part becomes another one: both numbers.
        case split
        /// Two groups that become one.
        case merge
        /// A group that falls silent.
        case death
        /// A group whose viewers turn to others.
        case scatter
        /// A group that changes slowly, and should keep its cluster.
        case wander
    }

    public var kind: Kind
    public var groups: [Int32]
    /// The epoch in which it begins.
    public var begins: Int

    public init(_ kind: Kind, groups: [Int32], begins: Int) {
        self.kind = kind
        self.groups = groups
        self.begins = begins
    }
}

/// What was found of a step, in epochs; nil: never.
public struct Finding: Sendable, Equatable {
    /// At whose end it could first be seen in the profiles.
    public var visible: Int?
    /// The version of the model that decided the operation which mirrors it.
    public var decided: Int?
    /// At whose end the members were in clusters that show it.
    public var shown: Int?

    public init() {}

    /// Epochs from when it could be seen to the deciding model; infinite: never found; nil: it could not be seen and was not
    /// found.
    public var delay: Double? { Self.delay(from: visible, to: decided) }

    /// Epochs from when it could be seen until the members showed it.
    public var delayOfMembers: Double? { Self.delay(from: visible, to: shown) }

    private static func delay(from visible: Int?, to found: Int?) -> Double? {
        switch (visible, found) {
        case (let visible?, let found?): Double(found - visible)
        case (_?, nil): .infinity
        // Found before anybody had to see it.
        case (nil, _?): 0
        case (nil, nil): nil
        }
    }
}
