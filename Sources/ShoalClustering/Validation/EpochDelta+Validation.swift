extension EpochDelta {
    /// Validates a decoded epoch delta. The coordinator checks whether it fits the vocabulary and the epoch length.
    public func validate() throws(ImpossibleValue) {
        try ImpossibleValue.unless(
            partition >= 0 && Int(partition) < Limits.partitions, "the epoch delta is of partition \(partition)")
        try ImpossibleValue.unless(
            number >= 1 && Limits.counts.contains(number), "the epoch delta has the number \(number)")
        try ImpossibleValue.unless(
            Limits.epochs.contains(through) && Limits.epochs.contains(from ?? 0) && from ?? through <= through,
            "the epoch delta is from epoch \(from ?? .min) through \(through)")
        try validateContents()
    }

    /// Validates everything except partition, number and epochs, which the open delta of a snapshot does not have.
    func validateContents() throws(ImpossibleValue) {
        try ImpossibleValue.unless(clusters.count <= Limits.clusters, "the epoch delta has \(clusters.count) clusters")
        try ImpossibleValue.unless(clusters.ascend(by: \.cluster), "the clusters of the epoch delta do not ascend")
        for delta in clusters { try delta.validate() }
        try candidates.validate()
        try ImpossibleValue.unless(namings.count <= Limits.topics, "the epoch delta names \(namings.count) topics")
        try ImpossibleValue.unless(namings.ascend(by: \.candidate), "the names of the epoch delta do not ascend")
        try ImpossibleValue.unless(
            namings.allSatisfy { $0.name.count <= Limits.name }, "a topic's name has more than \(Limits.name) bytes")
        try categories.validate(topics: Limits.topics, viewers: Limits.members, shares: Limits.members << 15)
    }
}

extension [CategorySums] {
    /// Validates what viewers of categories watch.
    /// - Parameters:
    ///   - viewers: The largest number of viewers.
    ///   - shares: The largest sum.
    func validate(topics: Int, viewers: Int64, shares: Int64) throws(ImpossibleValue) {
        try ImpossibleValue.unless(
            count <= 1 + TopicPolicy.mostNeutralized
                && zip(self, dropFirst()).allSatisfy { $0.category.lexicographicallyPrecedes($1.category) }
                && allSatisfy { $0.category.count <= Limits.name && (0...viewers).contains($0.viewers) },
            "the viewers of categories are of too many, of one twice, or by impossible numbers")
        try ImpossibleValue.unless(
            allSatisfy { sums in
                sums.shares.ascend(by: \.topic) && Int(sums.shares.last?.topic ?? 0) < Swift.max(topics, 1)
                    && sums.shares.allSatisfy { (1...shares).contains($0.value) }
            }, "the viewers of a category watch topics that do not exist, or impossible shares of them")
    }
}

extension ClusterDelta {
    func validate() throws(ImpossibleValue) {
        let members = -Limits.members...Limits.members
        let most = Limits.members * Int64(Limits.component)
        try ImpossibleValue.unless(cluster < Limits.clusterID, "the delta is of cluster \(cluster)")
        try ImpossibleValue.unless(members.contains(count), "cluster \(cluster) changes by \(count) members")
        var last = -1
        for entry in sums {
            try ImpossibleValue.unless(
                Int(entry.topic) > last && Int(entry.topic) < Limits.topics,
                "the delta of cluster \(cluster): topic \(entry.topic) follows \(last)")
            try ImpossibleValue.unless(
                entry.value != 0 && (-most...most).contains(entry.value),
                "the sum of cluster \(cluster) changes by \(entry.value) in topic \(entry.topic)")
            last = Int(entry.topic)
        }
        try ImpossibleValue.unless(
            published.ascend(by: \.published)
                && published.allSatisfy {
                    $0.published < Limits.clusterID && members.contains($0.count) && members.contains($0.counting)
                },
            "the members of cluster \(cluster) are published in clusters that do not ascend, or by impossible numbers")
        try ImpossibleValue.unless(
            (0...Limits.members).contains(sampled) && samples.count <= Limits.samples && samples.count <= sampled,
            "\(samples.count) samples of cluster \(cluster) stand for \(sampled) members")
        for sample in samples {
            try sample.direction.validate(
                "a sample of cluster \(cluster)", topics: Limits.topics, most: Limits.profileTopics)
        }
    }
}

extension ShardHeader {
    /// Validates a decoded snapshot header.
    public func validate() throws(ImpossibleValue) {
        try ImpossibleValue.unless(
            Limits.counts.contains(point.offset) && Limits.epochs.contains(point.epoch ?? 0),
            "the snapshot is of offset \(point.offset), epoch \(point.epoch ?? 0)")
        try ImpossibleValue.unless(Limits.counts.contains(deltaCount), "the snapshot counts \(deltaCount) epoch deltas")
        try ImpossibleValue.unless(
            clock.count <= EpochClock.window
                && clock.allSatisfy { Limits.epochs.contains($0.epoch) && Limits.epochs.contains($0.reached) },
            "the clock of the snapshot has \(clock.count) viewers, or epochs that no event has")
        try ImpossibleValue.unless(ids.count <= Limits.eventIDs, "the snapshot remembers \(ids.count) events")
        try ImpossibleValue.unless(
            sightings.count <= ViewerQuota.mostViewers && sightings.ascend(by: \.viewer)
                && sightings.allSatisfy { $0.count <= ViewerQuota.most },
            "the snapshot counts sightings of topics by more viewers, or more of them, than a shard does")
        try ImpossibleValue.unless(
            zip(fullSwitches, fullSwitches.dropFirst()).allSatisfy { $0 <= $1 }
                && fullSwitches.allSatisfy(Limits.counts.contains),
            "the offsets at which the limit of members was reached descend")
        try ImpossibleValue.unless(
            erased.ascend(by: \.member) && erased.allSatisfy { $0.published > 0 && $0.published < Limits.clusterID },
            "the erased members of the snapshot do not ascend, or were in no cluster")
        try ImpossibleValue.unless(
            categoryViewers.count <= OpenCategories.most && categoryViewers.ascend(by: \.member)
                && categoryViewers.allSatisfy { $0.categories != 0 },
            "the viewers of categories of the snapshot are too many, do not ascend, or watched none")
        try EpochDelta(
            partition: 0, number: 0, from: nil, through: 0, clusters: delta, candidates: candidates, namings: namings
        ).validateContents()
    }

    /// Validates the values that depend on the application.
    /// - Parameters:
    ///   - model: The newest model.
    ///   - newest: The version of `model`; nil: the genesis model.
    ///   - memberTopics: An exclusive upper bound of the topic numbers that members have.
    public func validate(_ model: Model, newest: Epoch?, memberTopics: Int) throws(ImpossibleValue) {
        let (fixed, topics) = (model.settings.fixed, model.vocabulary.entries.count)
        if let epoch = point.epoch {
            try ImpossibleValue.unless(
                newest.map { epoch - fixed.staleness <= $0 } ?? false,
                "the snapshot is of epoch \(epoch), and the newest model of \(newest.map { "\($0)" } ?? "genesis")")
        }
        try ImpossibleValue.unless(
            memberTopics <= topics, "a member has topic \(memberTopics - 1), and the vocabulary \(topics)")
        try ImpossibleValue.unless(
            fixed.epochs.contains(point.epoch ?? 0) && clock.allSatisfy { fixed.epochs.contains($0.epoch) },
            "the snapshot is of an epoch that no event has")
        try ImpossibleValue.unless(
            ids.count <= fixed.dedupWindow,
            "the snapshot remembers \(ids.count) events, and dedup.window is \(fixed.dedupWindow)")
        try ImpossibleValue.unless(
            delta.allSatisfy { Int($0.sums.last?.topic ?? 0) < max(topics, 1) },
            "the snapshot has topics beyond the vocabulary of \(topics)")
    }
}

extension Bookkeeping {
    /// Validates the model record's bookkeeping of epoch deltas.
    public func validate(_ fixed: Settings.Fixed) throws(ImpossibleValue) {
        let epochs = fixed.epochs
        try ImpossibleValue.unless(
            !partitions.isEmpty && partitions.count <= Limits.partitions,
            "the model knows \(partitions.count) partitions")
        try ImpossibleValue.unless(
            [from, through, start].allSatisfy { epochs.contains($0 ?? 0) }, "the model is of an epoch that no event has"
        )
        if let through {
            try ImpossibleValue.unless(
                from ?? through <= through && start ?? .max <= through,
                "the model is from epoch \(from ?? .min) through \(through), and the start is \(start ?? .max)")
        } else {
            try ImpossibleValue.unless(from == nil && start == nil, "the model begins, and has no end")
        }
        for (index, state) in partitions.enumerated() {
            try ImpossibleValue.unless(
                // `verify` checks whether the number of included deltas is the required one.
                Limits.counts.contains(state.included) && Limits.counts.contains(state.read),
                "the model includes \(state.included) of \(state.read) epoch deltas of partition \(index)")
            try ImpossibleValue.unless(
                epochs.contains(state.closed ?? 0) && epochs.contains(state.first ?? 0),
                "partition \(index) has closed epoch \(state.closed ?? 0)")
        }
        try ImpossibleValue.unless(
            Limits.counts.contains(deltaOffset) && oldestOffset >= 0 && oldestOffset <= deltaOffset,
            "the model is of offset \(deltaOffset) of the deltas, and its oldest epoch delta of \(oldestOffset)")
    }
}
