/// A published cluster: the value of a record of `clusters.topic`, whose key is its number.
public struct ClusterDescription: Equatable, Sendable {
    /// The last change of a cluster that was published, as the output topic has it. The raw value is its number in the schema.
    public enum State: UInt8, CaseIterable, Sendable {
        case created = 1
        case split
        case drifted

        /// The JSON name.
        public var name: String {
            switch self {
            case .created: "created"
            case .split: "split"
            case .drifted: "drifted"
            }
        }
    }

    public var cluster: UInt32 = 0
    /// nil if nothing was published of it since the application has rules 9.
    public var state: State?
    /// The number of members, rounded down to a multiple of `privacy.min-cluster-size`.
    public var membersAtLeast: Int64 = 0
    /// The mean cosine of the members to the centroid, in millionths, rounded down to a multiple of 10,000.
    public var cohesion: UInt32 = 0
    public var leadingTopics: [String] = []
    /// The cluster's next topics, and the most similar other clusters.
    public var branchTopics: [String] = []
    public var branchClusters: [UInt32] = []
    /// The cluster from which it was split off, as `cluster_created` named it; 0 for none. It may have ended since.
    public var parent: UInt32 = 0
    /// The published clusters that name this one as their parent, ascending.
    public var children: [UInt32] = []
    /// The last clusters that were merged into it, as `cluster_merged` named them, in that order.
    public var merged: [UInt32] = []
    /// The version of the model that wrote this record.
    public var modelVersion: Int64?
    /// The end of that model's epoch, milliseconds since 1970.
    public var eventTime: Int64?

    public init(cluster: UInt32) {
        self.cluster = cluster
    }
}

extension ClusterDescription: RecordFields {
    @inline(__always)
    mutating func visitFields<Visitor: RecordFieldVisitor>(
        with visitor: inout Visitor
    ) throws(Visitor.Failure) {
        try visitor.field(Self.clusterNumber, "cluster", &cluster, .all, .required)
        try visitor.field(2, "state", &state)
        try visitor.field(3, "members_at_least", &membersAtLeast, .all, .inJSON)
        try visitor.field(4, "cohesion", &cohesion, .all, .inJSON)
        try visitor.field(5, "leading_topics", &leadingTopics, .all, .inJSON)
        try visitor.field(6, "branch_topics", &branchTopics)
        try visitor.field(7, "branch_clusters", &branchClusters)
        try visitor.field(8, "parent", &parent)
        try visitor.field(9, "children", &children)
        try visitor.field(10, "merged", &merged)
        try visitor.field(11, "model_version", &modelVersion)
        try visitor.field(12, "event_time_ms", &eventTime)
    }

    /// The number of the field `cluster`, without which no message is a description.
    static let clusterNumber = 1
}
