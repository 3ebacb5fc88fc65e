/// A numbered group of members.
public struct Cluster: Equatable, Sendable {
    public var id: ClusterID
    public var sums = ClusterSums()
    /// Topics ascending, without zeros, Q15. Held as given until `heldUntil`, then the normalised sum.
    public var centroid: [Component] = []
    /// The tick at which the centroid is released; `nil` if it is not held.
    public var heldUntil: Int64?
    /// Whether members can be assigned to the cluster. False after retirement.
    public var isActive = true
    /// Whether the cluster is published (`privacy.min-cluster-size`).
    public var isPublished = false
    /// Whether the cluster has ever been published.
    public var wasPublished = false
    /// The published cluster of its members: itself, another one while it is suppressed, or 0 for none.
    public var publishedCluster: ClusterID = 0
    public var origin: LifecycleChange.Origin = .seed
    public var parent: ClusterID = 0
    /// The ticks of its creation and of the last operation on it.
    public var created: Int64 = 0
    public var touchedTick: Int64 = 0
    /// The number of consecutive ticks in which it was too small.
    public var lowTicks: Int64 = 0
    /// Operations that require reassignment of its members; the latest of each reason.
    public var touched: [Touch] = []
    /// The leading topics and the centroid that were last announced.
    public var announced: [TopicNumber] = []
    public var announcedCentroid: [Component] = []
    public var announcedTick: Int64 = 0
    /// What published changes have said of its lineage.
    public var lineage = AnnouncedLineage()

    public init(id: ClusterID) {
        self.id = id
    }
}
