extension Model {
    /// Decides the published cluster of each cluster, and returns the changes of published clusters. A cluster is
    /// suppressed below `privacy.min-cluster-size` members that count, and published again from 1.2 times that number. A
    /// suppressed cluster counts as another one, so that nothing published tells of it.
    /// Also decides which members are published in another cluster because of that.
    /// - Parameter ended: Clusters that this model merged or retired.
    mutating func refreshPublishedClusters(ended: [Lifecycle.Ended], version: Epoch) -> [LifecycleChange] {
        var before = PublishedClusters(self)
        let isAged = CountingRule.applies(self, version: version)
        for index in clusters.indices {
            clusters[index].isPublished = clusters[index].isActive && isLargeEnough(clusters[index], isAged)
        }
        numberPublishedClusters(&before, version: version)
        for index in clusters.indices { clusters[index].publishedCluster = publishedCluster(at: index) }
        moves += newMoves(before, ended: ended, isAged, version: version)
        var changes = ended.compactMap { publish($0, before, version: version) }
        for cluster in clusters where cluster.isActive && !cluster.isPublished && before.ids.contains(cluster.id) {
            changes.append(end(of: cluster, survivor: cluster.publishedCluster, before, version: version))
        }
        let described = Description.Context(self)
        for index in clusters.indices where clusters[index].isPublished {
            changes += publish(index, described, before, version: version)
        }
        recordLineage(changes)
        return changes
    }

    /// Gives the clusters that are published for the first time their numbers. Shards follow as they follow a merge.
    private mutating func numberPublishedClusters(_ before: inout PublishedClusters, version: Epoch) {
        for index in clusters.indices
        where clusters[index].isPublished && clusters[index].id >= Limits.firstUnpublishedID {
            let (old, id) = (clusters[index].id, nextID)
            nextID += 1
            clusters[index].id = id
            for other in clusters.indices where clusters[other].parent == old { clusters[other].parent = id }
            for place in merged.indices where merged[place].survivor == old { merged[place].survivor = id }
            // No shard knows a cluster that this model created.
            if clusters[index].created < ticks {
                merged.append(Merge(cluster: old, survivor: id, tick: ticks, version: version))
            }
            before.rename(old, id)
        }
        clusters.sort { $0.id < $1.id }
        merged.sort { $0.cluster < $1.cluster }
    }

    /// The published clusters of the model before.
    private struct PublishedClusters {
        var ids: Set<ClusterID> = []
        /// The members that counted as a published cluster's without being in it.
        var others: [ClusterID: Int64] = [:]
        /// The published cluster of each cluster that has one.
        var homes: [ClusterID: ClusterID] = [:]

        init(_ model: Model) {
            for cluster in model.clusters where cluster.isPublished { ids.insert(cluster.id) }
            for cluster in model.clusters where cluster.publishedCluster != 0 {
                homes[cluster.id] = cluster.publishedCluster
                if !cluster.isPublished { others[cluster.publishedCluster, default: 0] += cluster.sums.count }
            }
        }

        /// Notes the new number of a cluster that is published for the first time.
        mutating func rename(_ old: ClusterID, _ id: ClusterID) {
            homes[id] = homes.removeValue(forKey: old)
        }
    }

    /// Returns the published cluster of the members of a cluster: itself, if it is published. A suppressed one keeps the
    /// published cluster that it counted as. A new one counts as its parent if it is a split's child, and otherwise, as
    /// one that has become too small, as the published cluster with the most similar centroid; of equal ones the lower
    /// id. If the cluster that it counts as is suppressed, both count as the same one. A retired cluster is suppressed. 0
    /// if no cluster is published.
    /// - Parameter depth: The number of suppressed clusters that count as this one.
    private func publishedCluster(at index: Int, depth: Int = 0) -> ClusterID {
        let cluster = clusters[index]
        if cluster.isPublished { return cluster.id }
        let isChild = cluster.origin == .split && !cluster.wasPublished
        for id in [cluster.publishedCluster, isChild ? cluster.parent : 0] where id != 0 && id != cluster.id {
            guard let other = self.index(of: root(of: id)), other != index else { continue }
            if clusters[other].isPublished { return clusters[other].id }
            let further = depth < clusters.count ? publishedCluster(at: other, depth: depth + 1) : 0
            if further != 0 { return further }
        }
        var nearest: (product: UInt64, id: ClusterID)?
        for other in clusters where other.isPublished {
            // Centroids have equal length except for rounding.
            let product = Description.product(cluster.centroid, other.centroid)
            if nearest.map({ product > $0.product }) ?? true { nearest = (product, other.id) }
        }
        return nearest?.id ?? 0
    }

    /// Returns the moves of members whose cluster is published as another one from now on. Counted are members who are
    /// published as their cluster was; others of the same move go with them.
    /// - Parameter isAged: Whether only members decide that count towards `privacy.min-cluster-size`.
    private func newMoves(
        _ before: PublishedClusters, ended: [Lifecycle.Ended], _ isAged: Bool, version: Epoch
    ) -> [PublishedMove] {
        var groups: [PublishedMove.Pair: (count: Int64, reason: Reason)] = [:]
        func count(_ members: ClusterSums, from: ClusterID, to: ClusterID, _ reason: Reason) {
            let number = members.published[published: from].number(isAged)
            guard from != to, to != 0, number > 0 else { return }
            let pair = PublishedMove.Pair(from: from, to: to)
            let known = groups[pair]
            groups[pair] = ((known?.count ?? 0) + number, min(known?.reason ?? reason, reason))
        }
        for cluster in clusters {
            let reason = moveReason(of: cluster)
            if let home = before.homes[cluster.id] {
                count(cluster.sums, from: home, to: cluster.publishedCluster, reason)
            }
            if cluster.isPublished, !before.ids.contains(cluster.id) {
                count(cluster.sums, from: 0, to: cluster.id, cluster.origin.reason)
            }
        }
        for end in ended where end.survivor != 0 {
            let (gone, survivor) = (end.cluster, root(of: end.survivor))
            let home = publishedCluster(of: survivor)
            // The survivor's sums include those of the merged cluster.
            let isCounted = before.homes[survivor] == gone.publishedCluster
            if gone.publishedCluster != 0, !isCounted {
                count(gone.sums, from: gone.publishedCluster, to: home, .merge)
            }
            let isCountedFirst = !before.ids.contains(survivor)
            if !gone.isPublished, home == survivor, !isCountedFirst { count(gone.sums, from: 0, to: home, .merge) }
        }
        return groups.filter { publishesMove(of: $0.value.count) }
            .map { PublishedMove(from: $0.key.from, to: $0.key.to, reason: $0.value.reason, version: version) }
            .sorted { ($0.from, $0.to) < ($1.from, $1.to) }
    }

    /// Why the members of a cluster get another published cluster: for subscribers, a cluster that is suppressed merges
    /// with another one, and one that is published is split from it.
    private func moveReason(of cluster: Cluster) -> Reason {
        if !cluster.isActive { return .retire }
        if !cluster.isPublished { return .merge }
        return cluster.wasPublished ? .split : cluster.origin.reason
    }

    private func isLargeEnough(_ cluster: Cluster, _ isAged: Bool) -> Bool {
        let sums = cluster.sums
        let count = isAged ? sums.published.reduce(0) { $0 + $1.counting } : sums.count
        let least = settings.minClusterSize
        let isBack = cluster.wasPublished && !cluster.isPublished
        // 1.2 times as an exact fraction.
        return least <= 1 || (isBack ? 5 * count >= 6 * least : count >= least)
    }

    /// Returns the published change for an ended cluster. A suppressed cluster gives none.
    private func publish(_ end: Lifecycle.Ended, _ before: PublishedClusters, version: Epoch) -> LifecycleChange? {
        guard end.cluster.isPublished else { return nil }
        let survivor = end.survivor == 0 ? 0 : publishedCluster(of: end.survivor)
        return self.end(of: end.cluster, survivor: survivor, before, version: version)
    }

    /// Returns the end of a published cluster whose members count as another's from now on.
    /// - Parameter survivor: That cluster; 0 for none.
    private func end(
        of cluster: Cluster, survivor: ClusterID, _ before: PublishedClusters, version: Epoch
    ) -> LifecycleChange {
        LifecycleChange(
            kind: survivor != 0 ? .merged : .retired, cluster: cluster.id, other: survivor, version: version,
            members: cluster.sums.count + (before.others[cluster.id] ?? 0))
    }

    /// Adds the changes of a published cluster: created, split from another, or drifted. A cluster that is published
    /// again counts as split from the one that it counted as.
    private mutating func publish(
        _ index: Int, _ context: Description.Context, _ before: PublishedClusters, version: Epoch
    ) -> [LifecycleChange] {
        let cluster = clusters[index]
        guard before.ids.contains(cluster.id) else {
            let description = Description(of: cluster, context)
            clusters[index].wasPublished = true
            announce(index, description)
            let origin: LifecycleChange.Origin = cluster.wasPublished ? .split : cluster.origin
            let parent =
                origin == .split
                ? self.index(of: root(of: before.homes[cluster.id] ?? cluster.parent)).map { clusters[$0] } : nil
            guard let parent, parent.isPublished, parent.id != cluster.id else {
                // A parent that is suppressed is not named.
                return [
                    LifecycleChange(
                        kind: .created, cluster: cluster.id, origin: origin, version: version, description)
                ]
            }
            return [
                LifecycleChange(
                    kind: .created, cluster: cluster.id, origin: origin, other: parent.id, version: version,
                    description),
                LifecycleChange(
                    kind: .split, cluster: parent.id, other: cluster.id, version: version,
                    Description(of: parent, context)),
            ]
        }
        guard hasDrifted(cluster, context) else { return [] }
        let description = Description(of: cluster, context)
        let announced = cluster.announced
        announce(index, description)
        var change = LifecycleChange(kind: .drifted, cluster: cluster.id, version: version, description)
        change.before = announced.filter(context.tells)
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
