/// What became of one member, for the outside (withheld clusters count as 0).
public struct MemberChange: Equatable, Sendable {
    public var member: Pseudonym
    /// 0: in no cluster.
    public var from: ClusterID
    /// 0: in no cluster.
    public var to: ClusterID
    public var reason: Reason
    /// Q30 score to the centroid of the cluster the member is now in; 0 where it is in none.
    public var score: Int64
    /// The version of the model that decided; nil: the genesis model.
    public var model: Epoch?
    /// The offset of the event that caused it, or that opened the epoch whose sweep did.
    public var offset: Int64
    /// The event's time as counted, ms; of an erasure the start of the open epoch, nil in genesis.
    public var time: Int64?
    /// The epoch that was open, or being opened; nil: genesis.
    public var epoch: Epoch?

    public init(
        member: Pseudonym, from: ClusterID, to: ClusterID, reason: Reason, score: Int64, model: Epoch?, offset: Int64,
        time: Int64?, epoch: Epoch?
    ) {
        self.member = member
        self.from = from
        self.to = to
        self.reason = reason
        self.score = score
        self.model = model
        self.offset = offset
        self.time = time
        self.epoch = epoch
    }
}

/// What became of a cluster, as published by the model that decided it.
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

        /// As the reason of its members' changes.
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
    /// Of a creation.
    public var origin: Origin?
    /// A split's child, a merge's survivor, a created cluster's parent; 0: none.
    public var other: ClusterID
    /// The model that decided.
    public var version: Epoch
    public var members: Int64
    /// What is told of the cluster; nil: it is no more.
    public var description: Description?
    /// Of a drift: the leading topics last announced.
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
