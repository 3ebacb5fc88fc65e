/// The changes of one cluster's sums in one partition and epoch, with a sample of the cluster's members.
public struct ClusterDelta: Equatable, Sendable {
    /// The cluster as known to the shard; 0 for eligible but unassigned members.
    public var cluster: ClusterID
    /// Members added minus members removed.
    public var count: Int64
    /// Topics ascending, no zero.
    public var sums: [SumEntry]
    /// Lowest order first.
    public var samples: [Sample]
    /// The number of members that the samples represent: all members of the cluster in this partition.
    public var sampled: Int64
    /// Where its members are published: ascending, no zero.
    public var published: [PublishedCount]

    public init(
        cluster: ClusterID, count: Int64 = 0, sums: [SumEntry] = [], samples: [Sample] = [], sampled: Int64 = 0,
        published: [PublishedCount] = []
    ) {
        self.cluster = cluster
        self.count = count
        self.sums = sums
        self.samples = samples
        self.sampled = sampled
        self.published = published
    }
}
