extension Model {
    /// Decides the published cluster of each cluster, and returns the changes of published clusters. A cluster is
    /// suppressed below `privacy.min-cluster-size` members, and published again from 1.2 times that number.
    /// - Parameter ended: Clusters that this model merged or retired.
    mutating func refreshPublishedClusters(ended: [Lifecycle.Ended], version: Epoch) -> [LifecycleChange] {
        var changes: [LifecycleChange] = []
        for index in clusters.indices {
            guard clusters[index].isActive else {
                clusters[index].isPublished = false
                clusters[index].publishedCluster = 0
                continue
            }
            let isPublished = isLargeEnough(clusters[index])
            clusters[index].isPublished = isPublished
            clusters[index].publishedCluster =
                isPublished ? clusters[index].id : isHiddenChild(index) ? clusters[index].parent : 0
        }
        for end in ended {
            if let change = publish(end, version: version) { changes.append(change) }
        }
        let described = Description.Context(self)
        for index in clusters.indices where clusters[index].isPublished {
            changes += publish(index, described, version: version)
        }
        return changes
    }

    private func isLargeEnough(_ cluster: Cluster) -> Bool {
        let (count, least) = (cluster.sums.count, settings.minClusterSize)
        let isBack = cluster.wasPublished && !cluster.isPublished
        // 1.2 times as an exact fraction.
        return least <= 1 || (isBack ? 5 * count >= 6 * least : count >= least)
    }

    /// Whether the cluster is a split's child that has never been published. Its members count as the parent's until
    /// they have moved.
    private func isHiddenChild(_ index: Int) -> Bool {
        let cluster = clusters[index]
        let hasCome = ticks - cluster.created >= settings.fixed.staleness
        return cluster.origin == .split && !cluster.wasPublished && !hasCome
    }

    /// Returns the published change for an ended cluster. A suppressed cluster gives none. A published one whose
    /// survivor is suppressed is retired.
    private func publish(_ end: Lifecycle.Ended, version: Epoch) -> LifecycleChange? {
        guard end.cluster.isPublished else { return nil }
        let survivor = end.survivor == 0 ? nil : index(of: end.survivor).map { clusters[$0] }
        let isMerge = survivor?.isPublished ?? false
        return LifecycleChange(
            kind: isMerge ? .merged : .retired, cluster: end.cluster.id, other: isMerge ? end.survivor : 0,
            version: version, members: end.cluster.sums.count)
    }

    /// Adds the changes of a published cluster: created, split from another, or drifted.
    private mutating func publish(
        _ index: Int, _ context: Description.Context, version: Epoch
    ) -> [LifecycleChange] {
        let cluster = clusters[index]
        guard cluster.wasPublished else {
            let description = Description(of: cluster, context)
            clusters[index].wasPublished = true
            announce(index, description)
            var changes = [
                LifecycleChange(
                    kind: .created, cluster: cluster.id, origin: cluster.origin, other: cluster.parent,
                    version: version, description)
            ]
            if cluster.origin == .split, let parent = self.index(of: root(of: cluster.parent)),
                clusters[parent].isPublished
            {
                changes.append(
                    LifecycleChange(
                        kind: .split, cluster: clusters[parent].id, other: cluster.id, version: version,
                        Description(of: clusters[parent], context)))
            }
            return changes
        }
        guard hasDrifted(cluster, context) else { return [] }
        let description = Description(of: cluster, context)
        let before = cluster.announced
        announce(index, description)
        var change = LifecycleChange(kind: .drifted, cluster: cluster.id, version: version, description)
        change.before = before
        return [change]
    }

    private mutating func announce(_ index: Int, _ description: Description) {
        clusters[index].announced = description.leading
        clusters[index].announcedCentroid = clusters[index].centroid
        clusters[index].announcedTick = ticks
    }

    /// Whether the centroid has turned (cosine below 0.95), or fewer than three of the five announced topics still
    /// lead. At most once in four models, and never while the centroid is held.
    private func hasDrifted(_ cluster: Cluster, _ context: Description.Context) -> Bool {
        guard cluster.heldUntil == nil, ticks - cluster.announcedTick >= 4 else { return false }
        let leading = Description.leading(of: cluster, context)
        let remaining = cluster.announced.count { leading.contains($0) }
        if 5 * remaining < 3 * cluster.announced.count { return true }
        // cos² < 0.95² as an exact fraction of integers.
        let product = UInt128(Description.product(cluster.centroid, cluster.announcedCentroid))
        let lengths =
            UInt128(Description.product(cluster.centroid, cluster.centroid))
            * UInt128(Description.product(cluster.announcedCentroid, cluster.announcedCentroid))
        return product * product * 400 < lengths * 361
    }
}
