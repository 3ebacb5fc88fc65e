extension Model {
    /// Decides what is published of each cluster: hidden below `privacy.min-cluster-size` members, shown again from 1.2
    /// times that; and tells which are published for the first time.
    mutating func refreshOutsides(version: Epoch) -> [LifecycleChange] {
        var changes: [LifecycleChange] = []
        let totals = topicTotals()
        for index in clusters.indices {
            guard clusters[index].isActive else {
                clusters[index].isShown = false
                clusters[index].outside = 0
                continue
            }
            let count = clusters[index].sums.count
            let least = settings.minClusterSize
            let isBack = clusters[index].wasShown && !clusters[index].isShown
            // 1.2 times, as an exact fraction.
            let isShown = least <= 1 || (isBack ? 5 * count >= 6 * least : count >= least)
            clusters[index].isShown = isShown
            if isShown {
                clusters[index].outside = clusters[index].id
                if !clusters[index].wasShown {
                    clusters[index].wasShown = true
                    let leading = leadingTopics(of: clusters[index], totals: totals)
                    announce(index, leading)
                    changes.append(
                        LifecycleChange(
                            kind: clusters[index].origin == .split ? .split : .created, cluster: clusters[index].id,
                            origin: clusters[index].origin, other: clusters[index].parent, version: version,
                            members: count, leading: leading))
                }
            } else {
                let isHeldChild =
                    clusters[index].origin == .split && !clusters[index].wasShown && clusters[index].heldUntil != nil
                clusters[index].outside = isHeldChild ? clusters[index].parent : 0
            }
        }
        return changes
    }

    private mutating func announce(_ index: Int, _ leading: [TopicNumber]) {
        clusters[index].announced = leading
        clusters[index].announcedCentroid = clusters[index].centroid
        clusters[index].announcedTick = ticks
    }

    /// The sums of all viewers, by topic.
    public func topicTotals() -> [Int64] {
        var totals = [Int64](repeating: 0, count: vocabulary.entries.count)
        for sums in [unassigned.sums] + clusters.map(\.sums.sums) {
            for entry in sums where Int(entry.topic) < totals.count { totals[Int(entry.topic)] += entry.value }
        }
        return totals
    }

    /// The five topics with the highest lift over all viewers, among those that carry 2 % of the cluster's sum and are carried
    /// by enough viewers; none that is sensitive.
    public func leadingTopics(of cluster: Cluster, totals: [Int64]) -> [TopicNumber] {
        let all = cluster.sums.sums.reduce(Int64(0)) { $0 + $1.value }
        let least = Int64(32_767 * 2 * settings.topicsMinViewers)
        let carried = cluster.sums.sums.filter { entry in
            isTopic(entry.topic) && vocabulary.entries[Int(entry.topic)].name != nil && entry.value >= least
                && UInt128(entry.value.magnitude) * 50 >= UInt128(all.magnitude)
        }
        // The lift's other factors are the same for all topics of a cluster: compare S_kt / S_t as fractions.
        return carried.sorted { left, right in
            let first = UInt128(left.value.magnitude) * UInt128(totals[Int(right.topic)].magnitude)
            let second = UInt128(right.value.magnitude) * UInt128(totals[Int(left.topic)].magnitude)
            return first != second ? first > second : left.topic < right.topic
        }.prefix(5).map(\.topic)
    }
}
