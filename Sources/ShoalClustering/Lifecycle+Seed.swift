extension Lifecycle {
    /// Seeds clusters from the sample of the unassigned if there are enough members and samples.
    mutating func seed() {
        let members = model.unassigned.count
        guard members >= model.seedPlan.fewest, let entry = samples.clusters[0] else { return }
        guard 2 * Int64(entry.samples.count) >= min(Int64(SamplingPlan.mostBeforeClusters), members) else { return }
        if waitsForViewers(members) { return }
        let centroids = centroids(of: entry.samples, standingFor: members)
        guard !centroids.isEmpty else { return }
        for centroid in centroids { create(centroid, origin: .seed) }
        noteSeed(of: members)
    }

    /// Computes the clusters anew if they are preliminary and the audience has doubled since. Clusters keep their ids where
    /// the new ones are like them; others are split from the most similar one, or merged into it.
    /// - Returns: Whether it did.
    mutating func seedAgain() -> Bool {
        guard model.isPreliminary, !isPending else { return false }
        let members = assigned + model.unassigned.count
        guard members >= 2 * model.seedViewers || !model.seedPlan.isPreliminary(members) else { return false }
        let (sampled, represented) = samples.uniform()
        guard 2 * represented >= members, !sampled.isEmpty, !waitsForViewers(members) else { return false }
        let centroids = centroids(of: sampled, standingFor: members)
        guard !centroids.isEmpty else { return false }
        replace(with: centroids)
        noteSeed(of: members)
        return true
    }

    private mutating func noteSeed(of members: Int64) {
        model.seedSince = 0
        model.seedViewers = model.seedPlan.isPreliminary(members) ? members : 0
        model.touchUnassigned(.seed)
    }

    /// Whether the seed waits for more viewers. Of few viewers with few events each, it would find groups that do not
    /// last.
    private mutating func waitsForViewers(_ members: Int64) -> Bool {
        let isAutomatic = model.seedPlan.isAutomatic
        let waits = isAutomatic ? 0..<Rules.seedWaits.upperBound : Rules.seedWaits
        guard waits.contains(members) else { return false }
        // An audience that hardly grows is complete.
        if isAutomatic, 100 * (members - eligibleBefore) < Rules.seedGrowth * eligibleBefore { return false }
        let wait = isAutomatic && count == 0 ? model.rules.firstWait : model.rules.seedWait
        guard wait > 0 else { return false }
        if model.seedSince == 0 { model.seedSince = model.ticks }
        return model.ticks - model.seedSince < wait
    }

    /// Returns the number of clusters with which the seed of so many members begins. Clusters below n_min would be retired
    /// soon.
    /// - Parameter smallest: The number of members that a cluster should have.
    private func initial(of members: Int64, smallest: Int64) -> Int {
        let settings = model.settings
        guard model.rules.seedsByMinimum else { return settings.clustersInitial }
        return min(settings.clustersInitial, Int(members / max(smallest, 1)))
    }

    /// Computes clusters of a sample.
    private func centroids(of sample: [Sample], standingFor members: Int64) -> [[Component]] {
        let (settings, plan) = (model.settings, model.seedPlan)
        let points = SparsePoints(sample, keeping: model.isTopic)
        let smallest = plan.isPreliminary(members) ? plan.publishable : 0
        let begins = initial(of: members, smallest: max(smallest, settings.clustersMinMembers))
        let wanted = settings.clustersCount ?? min(max(begins, least), most)
        return Seeding.centroids(
            of: points, count: wanted, from: least, most: most,
            share: Rules.room * Double(smallest) / Double(max(members, 1)),
            version: version, model.rules)
    }

    /// Gives the clusters new centroids. The most similar cluster and centroid belong together, then the most similar of
    /// the others, and so on; of equal ones the lower id, then the first centroid.
    private mutating func replace(with centroids: [[Component]]) {
        let olds = model.clusters.filter(\.isActive)
        var pairs: [(product: UInt64, old: Int, new: Int)] = []
        for (old, cluster) in olds.enumerated() {
            for (new, centroid) in centroids.enumerated() {
                pairs.append((Description.product(cluster.centroid, centroid), old, new))
            }
        }
        pairs.sort { $0.product != $1.product ? $0.product > $1.product : ($0.old, $0.new) < ($1.old, $1.new) }
        var (oldOf, newOf) = ([Int: Int](), [Int: Int]())
        for pair in pairs where oldOf[pair.new] == nil && newOf[pair.old] == nil {
            oldOf[pair.new] = pair.old
            newOf[pair.old] = pair.new
        }
        func id(of old: Int) -> ClusterID { olds[old].id }
        for old in olds.indices where newOf[old] == nil {
            // There is one: fewer centroids than clusters, so all centroids have theirs.
            let nearest = pairs.first { $0.old == old }.flatMap { oldOf[$0.new] }
            guard let nearest, let gone = model.index(of: id(of: old)), let survivor = model.index(of: id(of: nearest))
            else { continue }
            merge(gone, into: survivor)
        }
        for (old, new) in newOf.sorted(by: { $0.key < $1.key }) {
            guard let index = model.index(of: id(of: old)) else { continue }
            model.clusters[index].centroid = centroids[new]
            model.clusters[index].heldUntil = effect
            model.clusters[index].touchedTick = effect
            model.clusters[index].touch(.split, model.ticks)
            used.insert(id(of: old))
        }
        for new in centroids.indices where oldOf[new] == nil {
            let nearest = pairs.first { $0.new == new }.map { id(of: $0.old) }
            create(centroids[new], origin: .split, parent: nearest ?? 0)
        }
    }
}
