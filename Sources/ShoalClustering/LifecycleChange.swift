/// A lifecycle change of a cluster, as published by the model that decided it.
public struct LifecycleChange: Equatable, Sendable {
    public enum Kind: UInt8, Sendable {
        case created = 1
        case split
        case merged
        case retired
        case drifted
    }

    public enum Origin: UInt8, Sendable {
        case seed = 1
        case split
        case birth

        /// The corresponding reason for the changes of its members.
        var reason: Reason {
            switch self {
            case .seed: .seed
            case .split: .split
            case .birth: .birth
            }
        }
    }

    public var kind: Kind
    public var cluster: ClusterID
    /// The origin of a created cluster.
    public var origin: Origin?
    /// The child of a split, the survivor of a merge, or the parent of a created cluster; 0 for none.
    public var other: ClusterID
    /// The version of the deciding model.
    public var version: Epoch
    public var members: Int64
    /// The published description of the cluster; `nil` if it has ended.
    public var description: Description?
    /// For a drift, the previously announced leading topics.
    public var before: [TopicNumber] = []

    public init(
        kind: Kind, cluster: ClusterID, origin: Origin? = nil, other: ClusterID = 0, version: Epoch, members: Int64
    ) {
        self.kind = kind
        self.cluster = cluster
        self.origin = origin
        self.other = other
        self.version = version
        self.members = members
    }

    init(
        kind: Kind, cluster: ClusterID, origin: Origin? = nil, other: ClusterID = 0, version: Epoch,
        _ description: Description
    ) {
        self.init(
            kind: kind, cluster: cluster, origin: origin, other: other, version: version, members: description.members)
        self.description = description
    }
}
