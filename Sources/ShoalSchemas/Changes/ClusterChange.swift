/// A record of the output topic: a change of a member or of a cluster.
public struct ClusterChange: Equatable, Sendable {
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
    /// The version of the deciding model; `nil` for the genesis model.
    public var modelVersion: Int64?
    /// The end of the epoch in which it happened, milliseconds since 1970.
    public var eventTime: Int64?
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
    /// In a member change, the period of the pseudonym; nil if pseudonyms are not rotated.
    public var pseudonymPeriod: Int64?

    public init(id: UInt128, kind: Kind) {
        self.id = id
        self.kind = kind
    }
}

extension ClusterChange {
    /// The table of fields, from which both forms are written and read: number and name in the schema, value, the
    /// changes that have it in JSON, and when it is written. The order is that of both forms.
    @inline(__always)
    mutating func visitFields<Visitor: RecordFieldVisitor>(
        with visitor: inout Visitor
    ) throws(Visitor.Failure) {
        try visitor.field(1, "change_id", &id, .all, .required)
        try visitor.field(Self.kindNumber, "kind", &kind, .all, .required)
        try visitor.field(3, "member", &member)
        try visitor.field(4, "cluster", &cluster, .ofClusters, .inJSON)
        try visitor.field(5, "from", &from, .ofMembers, .inJSON)
        try visitor.field(6, "to", &to, .ofMembers, .inJSON)
        try visitor.field(7, "why", &why)
        try visitor.field(9, "model_version", &modelVersion)
        try visitor.field(10, "event_time_ms", &eventTime)
        try visitor.field(13, "other_cluster", &otherCluster, .ofClusters)
        try visitor.field(14, "members", &members, .ofClusters, .inJSON)
        try visitor.field(15, "leading_topics", &leadingTopics, .ofClusters, .inJSON)
        try visitor.field(16, "former_topics", &formerTopics, .ofClusters)
        try visitor.field(17, "cohesion", &cohesion, .ofClusters)
        try visitor.field(18, "branch_topics", &branchTopics, .ofClusters)
        try visitor.field(19, "branch_clusters", &branchClusters, .ofClusters)
        try visitor.field(20, "pseudonym_period", &pseudonymPeriod, .ofMembers)
    }

    /// The number of the field `kind`, without which no message is a change.
    static let kindNumber = 2
}
