/// One record of the output topic: what became of a member, or of a cluster.
public struct ClusterChange: Equatable, Sendable {
    /// What happened; the raw value is its number in the schema.
    public enum Kind: UInt8, CaseIterable, Sendable {
        case memberJoined = 1
        case memberMoved
        case memberLeft
        case memberErased
        case clusterCreated
        case clusterSplit
        case clusterMerged
        case clusterRetired
        case clusterDrifted

        /// As JSON has it.
        public var name: String {
            switch self {
            case .memberJoined: "member_joined"
            case .memberMoved: "member_moved"
            case .memberLeft: "member_left"
            case .memberErased: "member_erased"
            case .clusterCreated: "cluster_created"
            case .clusterSplit: "cluster_split"
            case .clusterMerged: "cluster_merged"
            case .clusterRetired: "cluster_retired"
            case .clusterDrifted: "cluster_drifted"
            }
        }

        /// Whether it tells of a member, not of a cluster.
        public var isOfMember: Bool { rawValue <= Kind.memberErased.rawValue }
    }

    /// Why it happened; the raw value is its number in the schema.
    public enum Reason: UInt8, CaseIterable, Sendable {
        case event = 1
        case erased
        case expired
        case topicDropped
        case merge
        case split
        case birth
        case retire
        case seed
        case withheld
        case shown

        /// As JSON has it.
        public var name: String {
            switch self {
            case .topicDropped: "topic_dropped"
            case .event: "event"
            case .erased: "erased"
            case .expired: "expired"
            case .merge: "merge"
            case .split: "split"
            case .birth: "birth"
            case .retire: "retire"
            case .seed: "seed"
            case .withheld: "withheld"
            case .shown: "shown"
            }
        }
    }

    /// The same for the same change, however often it is computed.
    public var id: UInt128
    public var kind: Kind
    /// Of a member change: the pseudonym.
    public var member: UInt128?
    /// Of a cluster change: the cluster.
    public var cluster: UInt32 = 0
    /// Of a member change: the clusters it left and came to; 0: none.
    public var from: UInt32 = 0
    public var to: UInt32 = 0
    public var why: Reason?
    /// Of a member change: the cosine to its centroid now, in millionths.
    public var similarity: UInt32 = 0
    /// nil: the genesis model.
    public var modelVersion: Int64?
    /// Milliseconds since 1970.
    public var eventTime: Int64?
    public var inputPartition: Int32?
    public var inputOffset: Int64?
    /// Of a cluster change: a split's child, a merge's survivor, a created cluster's parent; 0: none.
    public var otherCluster: UInt32 = 0
    public var members: Int64 = 0
    public var leadingTopics: [String] = []
    public var formerTopics: [String] = []
    /// The mean cosine of the members to the centroid, in millionths.
    public var cohesion: UInt32 = 0
    /// Where the members branch out to: topics, and other clusters.
    public var branchTopics: [String] = []
    public var branchClusters: [UInt32] = []

    public init(id: UInt128, kind: Kind) {
        self.id = id
        self.kind = kind
    }
}

/// What a member is in for the outside: the value of a record of `members.topic`.
public struct Membership: Equatable, Sendable {
    public var cluster: UInt32
    public var inputPartition: Int32
    public var inputOffset: Int64
    /// nil: the genesis model.
    public var modelVersion: Int64?

    public init(cluster: UInt32, inputPartition: Int32, inputOffset: Int64, modelVersion: Int64?) {
        self.cluster = cluster
        self.inputPartition = inputPartition
        self.inputOffset = inputOffset
        self.modelVersion = modelVersion
    }
}
