/// A record of the output topic: a change of a member or of a cluster.
public struct ClusterChange: Equatable, Sendable {
    /// The kind of change. The raw value is its number in the schema.
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

        /// The JSON name.
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

        /// Whether it is a change of a member.
        public var isOfMember: Bool { rawValue <= Kind.memberErased.rawValue }
    }

    /// The reason for a change. The raw value is its number in the schema.
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

        /// The JSON name.
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

    /// The change's id. Recomputing a change gives the same id.
    public var id: UInt128
    public var kind: Kind
    /// The pseudonym, in a member change.
    public var member: UInt128?
    /// The cluster, in a cluster change.
    public var cluster: UInt32 = 0
    /// In a member change, the previous and the new cluster; 0 for none.
    public var from: UInt32 = 0
    public var to: UInt32 = 0
    public var why: Reason?
    /// In a member change, the cosine to the new cluster's centroid, in millionths.
    public var similarity: UInt32 = 0
    /// The version of the deciding model; `nil` for the genesis model.
    public var modelVersion: Int64?
    /// Milliseconds since 1970.
    public var eventTime: Int64?
    public var inputPartition: Int32?
    public var inputOffset: Int64?
    /// In a cluster change, the child of a split, the survivor of a merge, or the parent of a created cluster; 0 for
    /// none.
    public var otherCluster: UInt32 = 0
    public var members: Int64 = 0
    public var leadingTopics: [String] = []
    public var formerTopics: [String] = []
    /// The mean cosine of the members to the centroid, in millionths.
    public var cohesion: UInt32 = 0
    /// The cluster's next topics, and the most similar other clusters.
    public var branchTopics: [String] = []
    public var branchClusters: [UInt32] = []

    public init(id: UInt128, kind: Kind) {
        self.id = id
        self.kind = kind
    }
}
