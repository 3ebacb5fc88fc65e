/// The state of clusters and topics after an epoch. The content is a function of the previous content, the included
/// epoch deltas and the recorded settings. It does not depend on timing.
public struct Model: Equatable, Sendable {
    /// The rules that compute the next model, and the thresholds of members under this one. Any change that alters a model
    /// for the same input needs a new version.
    public package(set) var rules = LifecycleRules.current
    /// The number of models with deltas up to this one: the clock of the lifecycle.
    public var ticks: Int64 = 0
    public var settings: Settings
    public var vocabulary = Vocabulary()
    public var candidates = CandidateTable()
    /// The sums of eligible members that are unassigned.
    public var unassigned = ClusterSums()
    /// The tick at which there were first enough viewers for the seed, as long as it waits for more; 0 otherwise.
    public var seedSince: Int64 = 0
    /// The number of eligible members at the last seed, as long as another one follows when they have doubled; 0 otherwise.
    public var seedViewers: Int64 = 0
    /// Clusters in ascending order of id. Retired clusters, with `isActive` false, remain until their last member is
    /// gone.
    public var clusters: [Cluster] = []
    /// The next number of a published cluster.
    public var nextID: ClusterID = 1
    /// The next number of a new cluster. It keeps that number until it is published, so that the numbers of published
    /// clusters have no gaps that tell of others.
    public var nextUnpublishedID: ClusterID = Limits.firstUnpublishedID
    /// Merged clusters and their survivors, as long as a shard may name them; ascending by merged id.
    public var merged: [Merge] = []
    /// Moves of members between published clusters that some shard may still have to carry out; ascending by version, and
    /// of one version by both clusters.
    public var moves: [PublishedMove] = []
    /// The latest epoch that all partitions have opened or skipped, according to the included epoch deltas. Nil until
    /// every partition has closed an epoch.
    public var openedEverywhere: Epoch?
    /// The last opened epoch of each partition that is ahead of `openedEverywhere`, ascending by partition.
    public var opened: [PartitionOpening] = []
    /// Reasons for reassigning the unassigned (seed, birth, retire), with the latest tick of each.
    public var unassignedTouched: [Touch] = []
    /// The epoch from which on the age of members counts: that of the first model with a delta, `epoch.staleness` later. Nil before.
    public var firstEpoch: Epoch?
    /// What viewers of neutralized categories watch, ascending by category; first, if any, all viewers.
    public var categories: [CategorySums] = []

    public init(settings: Settings) {
        self.settings = settings
    }
}

extension Model {
    /// Whether the clusters are computed anew when the audience has grown.
    var isPreliminary: Bool { seedViewers > 0 && seedPlan.isAutomatic }

    var seedPlan: SeedPlan { SeedPlan(settings, rules) }

    /// Returns the cluster's index in `clusters` by binary search, or `nil` if it is unknown.
    public func index(of id: ClusterID) -> Int? {
        let place = clusters.partitioningIndex { $0.id >= id }
        return place < clusters.count && clusters[place].id == id ? place : nil
    }

    /// Returns the cluster that continues `id` after all merges.
    public func root(of id: ClusterID) -> ClusterID {
        var id = id
        while true {
            let place = merged.partitioningIndex { $0.cluster >= id }
            guard place < merged.count, merged[place].cluster == id else { return id }
            id = merged[place].survivor
        }
    }

    /// Returns the published cluster of the members of `id`; 0 for none.
    public func publishedCluster(of id: ClusterID) -> ClusterID {
        guard id != 0, let index = index(of: root(of: id)) else { return 0 }
        return clusters[index].publishedCluster
    }
}
