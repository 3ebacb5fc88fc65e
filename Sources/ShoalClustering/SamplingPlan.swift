/// The size of the sample of each cluster in an epoch. Shards draw samples by it, and the coordinator pools them by it,
/// so both must use the same plan. See "Samples" in docs/determinism.md.
struct SamplingPlan {
    /// The maximum number of samples of a cluster.
    static let mostOfCluster = 256
    /// The same as long as clusters are preliminary: the next ones are computed of all these samples.
    static let mostOfPreliminary = 1_024
    /// The maximum number of samples of the unassigned, as long as there are no active clusters.
    static let mostBeforeClusters = 4_096
    /// The number of clusters above which a cluster is sampled in one of `rounds` epochs only.
    private static let mostInEachEpoch = 256
    /// A power of two.
    private static let rounds: Int64 = 8

    private let epoch: Epoch
    private let hasClusters: Bool
    private let isPreliminary: Bool
    /// Whether there are too many clusters to sample all of them in each epoch.
    let isSparse: Bool

    /// - Parameter model: The model in which the members of the epoch are assigned.
    init(_ model: Model, epoch: Epoch) {
        self.epoch = epoch
        hasClusters = model.clusters.contains(where: \.isActive)
        isPreliminary = model.isPreliminary
        isSparse = model.clusters.count > Self.mostInEachEpoch
    }

    /// Returns whether the cluster is sampled in the epoch. The unassigned (0) always are.
    func samples(_ cluster: ClusterID) -> Bool {
        let mask = Self.rounds - 1
        return !isSparse || cluster == 0 || Int64(cluster) & mask == epoch & mask
    }

    /// Returns the maximum number of samples of the cluster.
    func most(of cluster: ClusterID) -> Int {
        if cluster == 0, !hasClusters { return Self.mostBeforeClusters }
        return isPreliminary ? Self.mostOfPreliminary : Self.mostOfCluster
    }
}
