/// The decisions of one model, in their order: seed, and once there are clusters, what becomes of them.
///
/// Nothing begins while an operation is pending: centroids held as given mark it.
struct Lifecycle {
    var model: Model
    let samples: SamplePool
    let version: Epoch
    var changes: [LifecycleChange] = []

    init(_ model: Model, samples: SamplePool, version: Epoch) {
        self.model = model
        self.samples = samples
        self.version = version
    }

    mutating func decide() {
        if !model.clusters.contains(where: \.isActive) { seed() }
    }

    /// Seeds clusters from the sample of the unassigned, when there are enough of them and enough of the sample is at hand.
    private mutating func seed() {
        let settings = model.settings
        let members = model.unassigned.count
        guard members >= Int64(settings.seedMembers), let entry = samples.clusters[0] else { return }
        guard 2 * Int64(entry.samples.count) >= min(4_096, members) else { return }
        let points = SparsePoints(entry.samples, topics: model.vocabulary.entries.count, keeping: model.isTopic)
        let wanted = settings.clustersCount ?? settings.clustersInitial
        let centroids = Seeding.centroids(of: points, count: wanted, version: version)
        guard !centroids.isEmpty else { return }
        for centroid in centroids {
            var cluster = Cluster(id: model.nextID)
            model.nextID += 1
            cluster.centroid = centroid
            cluster.heldUntil = model.ticks + settings.fixed.staleness
            cluster.created = model.ticks
            cluster.touchedTick = model.ticks
            cluster.origin = .seed
            model.clusters.append(cluster)
        }
        model.touchUnassigned(.seed)
    }
}

extension Model {
    /// Has the unassigned assigned again by every shard that opens an epoch with this model or a later one.
    mutating func touchUnassigned(_ reason: Reason) {
        unassignedTouched.removeAll { $0.reason == reason }
        unassignedTouched.append(Touch(tick: ticks, reason: reason))
        unassignedTouched.sort { $0.reason.rawValue < $1.reason.rawValue }
    }
}
