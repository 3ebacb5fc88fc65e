extension Model {
    /// Validates a decoded model: afterwards it can be compiled, used by shards and followed by others without an overflow.
    ///
    /// The settings must have been validated.
    public func validate() throws(ImpossibleValue) {
        try ImpossibleValue.unless(Limits.ticks.contains(ticks), "the model has tick \(ticks)")
        try ImpossibleValue.unless(
            (0...ticks).contains(seedSince), "the seed waits since tick \(seedSince), but the model has tick \(ticks)")
        try ImpossibleValue.unless(
            Limits.counts.contains(seedViewers), "the last seed had \(seedViewers) viewers")
        try validateVocabulary()
        try validateClusters()
        try categories.validate(topics: vocabulary.entries.count, viewers: Limits.shares, shares: Limits.shares)
        try validateMerged()
        try validateMoves()
        try validate(unassignedTouched, "the unassigned")
        try validateOpenings()
    }

    private func validateOpenings() throws(ImpossibleValue) {
        let epochs = settings.fixed.epochs
        try ImpossibleValue.unless(
            epochs.contains(openedEverywhere ?? 0) && epochs.contains(firstEpoch ?? 0) && opened.ascend(by: \.partition)
                && opened.allSatisfy {
                    $0.partition >= 0 && epochs.contains($0.epoch) && $0.epoch > openedEverywhere ?? .min
                },
            "the epochs that partitions have had open contradict each other")
    }

    private func validateVocabulary() throws(ImpossibleValue) {
        let entries = vocabulary.entries
        try ImpossibleValue.unless(
            entries.count <= Limits.topics, "the vocabulary has \(entries.count) topics, and may have \(Limits.topics)")
        try ImpossibleValue.unless(
            entries.allSatisfy { $0.name?.count ?? 0 <= Limits.name },
            "a topic's name has more than \(Limits.name) bytes")
        try ImpossibleValue.unless(
            entries.allSatisfy { (0...ticks).contains($0.lowSince) && settings.fixed.epochs.contains($0.removed ?? 0) },
            "a topic has a tick that the model, of tick \(ticks), has not reached")
        try ImpossibleValue.unless(
            candidates.entries.count <= Self.mostCandidates, "the model has \(candidates.entries.count) candidates")
        try ImpossibleValue.unless(candidates.entries.ascend(by: \.candidate), "the model's candidates do not ascend")
        try ImpossibleValue.unless(Limits.counts.contains(candidates.refused), "\(candidates.refused) topics refused")
        for entry in candidates.entries {
            try entry.marks.validateMarks()
            try ImpossibleValue.unless(
                (0...ticks).contains(entry.named), "a candidate was named at tick \(entry.named) of \(ticks)")
        }
    }

    private func validateClusters() throws(ImpossibleValue) {
        try ImpossibleValue.unless(
            (1...Limits.firstUnpublishedID).contains(nextID)
                && (Limits.firstUnpublishedID...Limits.clusterID).contains(nextUnpublishedID),
            "the next clusters have the numbers \(nextID) and \(nextUnpublishedID)")
        try ImpossibleValue.unless(clusters.count <= Limits.clusters, "the model has \(clusters.count) clusters")
        try ImpossibleValue.unless(
            clusters.count(where: \.isActive) <= Limits.activeClusters,
            "the model has \(clusters.count(where: \.isActive)) active clusters")
        try ImpossibleValue.unless(clusters.ascend(by: \.id), "the clusters do not ascend")
        try validateSums()
        for cluster in clusters { try validate(cluster) }
    }

    /// Validates the sums of all clusters and of the unassigned.
    func validateSums() throws(ImpossibleValue) {
        let topics = vocabulary.entries.count
        try unassigned.validate("the unassigned", topics: topics)
        var members = unassigned.count
        for cluster in clusters {
            try cluster.sums.validate("cluster \(cluster.id)", topics: topics)
            members += cluster.sums.count
            try ImpossibleValue.unless(members <= Limits.members, "the clusters have \(members) members")
        }
    }

    private func validate(_ cluster: Cluster) throws(ImpossibleValue) {
        let (id, topics) = (cluster.id, vocabulary.entries.count)
        try ImpossibleValue.unless(exists(id), "cluster \(id) is not below the next number \(nextID)")
        try cluster.centroid.validate("the centroid of cluster \(id)", topics: topics, most: topics)
        try cluster.announcedCentroid.validate("the announced centroid of cluster \(id)", topics: topics, most: topics)
        try ImpossibleValue.unless(
            cluster.announced.count <= Description.mostLeading && cluster.announced.allSatisfy { Int($0) < topics },
            "cluster \(id) announced topics that do not exist")
        try ImpossibleValue.unless(
            cluster.publishedCluster < nextID && (cluster.parent == 0 || exists(cluster.parent)),
            "cluster \(id) is a part of one that does not exist")
        try ImpossibleValue.unless(
            cluster.lineage.parent < nextID && cluster.lineage.merged.count <= AnnouncedLineage.mostMerged
                && cluster.lineage.merged.allSatisfy { (1..<nextID).contains($0) },
            "cluster \(id) names others that were never published")
        // Operations take effect after `epoch.staleness` ticks.
        let ahead = 0...ticks + settings.fixed.staleness
        try ImpossibleValue.unless(
            ahead.contains(cluster.heldUntil ?? 0) && ahead.contains(cluster.touchedTick)
                && (0...ticks).contains(cluster.created) && (0...ticks).contains(cluster.announcedTick)
                && Limits.counts.contains(cluster.lowTicks),
            "cluster \(id) has a tick that the model, of tick \(ticks), has not reached")
        try validate(cluster.touched, "cluster \(id)")
    }

    private func validate(_ touches: [Touch], _ name: String) throws(ImpossibleValue) {
        try ImpossibleValue.unless(
            touches.count <= Reason.allCases.count && touches.allSatisfy { (0...ticks).contains($0.tick) },
            "\(name) was touched at a tick that the model, of tick \(ticks), has not reached")
    }

    /// Whether a cluster with this number was ever created.
    func exists(_ id: ClusterID) -> Bool {
        (1..<nextID).contains(id) || (Limits.firstUnpublishedID..<nextUnpublishedID).contains(id)
    }

    private func validateMoves() throws(ImpossibleValue) {
        let epochs = settings.fixed.epochs
        try ImpossibleValue.unless(
            moves.count <= Limits.clusters
                && moves.allSatisfy {
                    $0.from < nextID && $0.to < nextID && $0.from != $0.to && epochs.contains($0.version)
                }, "members move between published clusters that do not exist")
    }

    /// A cluster survives a merge, and may be merged itself later: so ticks ascend along a lineage, and it has an end.
    private func validateMerged() throws(ImpossibleValue) {
        try ImpossibleValue.unless(merged.ascend(by: \.cluster), "the merged clusters do not ascend")
        var ticks: [ClusterID: Int64] = [:]
        for merge in merged { ticks[merge.cluster] = merge.tick }
        for merge in merged {
            try ImpossibleValue.unless(
                exists(merge.cluster) && exists(merge.survivor)
                    && (0...self.ticks).contains(merge.tick) && merge.tick < ticks[merge.survivor] ?? .max,
                "cluster \(merge.cluster) was merged into \(merge.survivor) at tick \(merge.tick)")
        }
    }
}

extension ClusterSums {
    /// Validates the sums: no member adds more than its direction.
    func validate(_ name: String, topics: Int) throws(ImpossibleValue) {
        try ImpossibleValue.unless((0...Limits.members).contains(count), "\(name) would have \(count) members")
        try ImpossibleValue.unless(
            published.ascend(by: \.published)
                && published.allSatisfy {
                    $0.published < Limits.clusterID && (1...Limits.members).contains($0.count)
                        && (0...$0.count).contains($0.counting)
                }
                && published.reduce(0) { $0 + $1.count } == count,
            "the \(count) members of \(name) would be published in clusters with other numbers of members")
        let most = count * Int64(Limits.component)
        var (all, last): (Int64, Int) = (0, -1)
        for entry in sums {
            try ImpossibleValue.unless(
                Int(entry.topic) > last && Int(entry.topic) < topics,
                "\(name): topic \(entry.topic) follows \(last) in a vocabulary of \(topics)")
            try ImpossibleValue.unless(
                entry.value > 0 && entry.value <= most,
                "the sum of \(name) would be \(entry.value) in topic \(entry.topic), with \(count) members")
            last = Int(entry.topic)
            all += entry.value
            try ImpossibleValue.unless(
                all <= most * Int64(Limits.profileTopics), "the sums of \(name) exceed those of \(count) members")
        }
    }
}

extension Settings.Fixed {
    /// The epochs of all times within 2⁵³ ms of 1970.
    public var epochs: ClosedRange<Epoch> {
        let most = (1 << 53) / max(epochLength, 1) + 2
        return -most...most
    }
}
