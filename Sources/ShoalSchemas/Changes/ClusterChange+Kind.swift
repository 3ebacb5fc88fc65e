extension ClusterChange {
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
}
