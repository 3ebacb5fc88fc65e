/// Data that contradicts earlier data or the rules. Processing must not continue.
public struct Contradiction: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}

extension Model {
    /// Returns the genesis model: the settings and the topics of `topics.file`, without clusters.
    public static func genesis(settings: Settings, topics: [[UInt8]]) -> Model {
        var model = Model(settings: settings)
        let sensitive = SensitiveTopics(settings)
        for topic in topics where !model.vocabulary.entries.contains(where: { $0.name == topic }) {
            let isSensitive = sensitive.contains(topic[...])
            model.vocabulary.entries.append(Vocabulary.Entry(name: topic, isRemoved: isSensitive))
        }
        return model
    }

    /// Returns the next model. It depends only on this model, the epoch deltas, the settings and the rules.
    /// - Parameters:
    ///   - closings: The epoch deltas to include, in any order. If empty, the content does not change.
    ///   - settings: The settings that the next model carries, which apply to the model after it.
    ///   - rules: The rules that the next model carries, which compute the model after it.
    ///   - version: The version under which the next model is published.
    ///   - partitions: The number of input partitions.
    /// - Returns: The next model and the lifecycle changes of its clusters.
    /// - Throws: `Contradiction` if a sum is impossible for any set of members, or a delta names an unknown cluster or
    ///   topic.
    public func next(
        including closings: [EpochDelta], settings: Settings, rules: LifecycleRules, version: Epoch,
        partitions: Int
    ) throws(Contradiction) -> (Model, [LifecycleChange]) {
        guard !closings.isEmpty else { return (self, []) }
        var model = self
        model.ticks += 1
        let ordered = closings.sorted { ($0.partition, $0.number) < ($1.partition, $1.number) }
        for closing in ordered {
            for delta in closing.clusters { try model.add(delta, from: closing) }
            for sums in closing.categories { try check(sums.shares.last?.topic, of: closing) }
        }
        model.addCategories(ordered)
        do throws(ImpossibleValue) {
            try model.validateSums()
        } catch {
            throw Contradiction(error.description)
        }
        model.clusters.removeAll { !$0.isActive && $0.sums == ClusterSums() }
        model.noteOpenings(ordered, partitions: partitions)
        let known = model.knownEverywhere
        model.forgetMerges(through: known)
        model.forgetMoves(through: known)
        model.removeTopics(version: version, known: known)
        model.admitTopics(from: ordered, version: version, known: known)
        var lifecycle = Lifecycle(
            model, samples: SamplePool(ordered, model, version: version), version: version,
            eligibleBefore: assigned + unassigned.count)
        lifecycle.decide()
        model = lifecycle.model
        model.rules = rules
        model.adopt(settings.under(rules), version)
        // Shards count days from the epoch on that they open with this model.
        if model.firstEpoch == nil { model.firstEpoch = version + settings.fixed.staleness }
        model.judgeCompanions()
        model.refreshCentroids()
        let changes = model.refreshPublishedClusters(ended: lifecycle.ended, version: version)
        return (model, changes)
    }

    /// Returns the rules of the next model under these settings. A higher revision takes the rules of this program.
    package func rules(under next: Settings) -> LifecycleRules {
        next.revision > settings.revision ? .current : rules
    }

    private func check(_ topic: TopicNumber?, of closing: EpochDelta) throws(Contradiction) {
        guard let topic, Int(topic) >= vocabulary.entries.count else { return }
        throw Contradiction(
            "epoch delta \(closing.number) of partition \(closing.partition) has topic \(topic), but the "
                + "vocabulary has \(vocabulary.entries.count)")
    }

    private mutating func add(_ delta: ClusterDelta, from closing: EpochDelta) throws(Contradiction) {
        try check(delta.sums.last?.topic, of: closing)
        guard try insert(delta, from: closing) else {
            throw Contradiction(
                "epoch delta \(closing.number) of partition \(closing.partition) changes the sums of cluster "
                    + "\(delta.cluster) by more than all members have")
        }
    }

    /// - Returns: Whether the sums are exact: false if one overflowed.
    private mutating func insert(_ delta: ClusterDelta, from closing: EpochDelta) throws(Contradiction) -> Bool {
        guard delta.cluster != 0 else { return unassigned.add(delta) }
        if delta.count == 0, delta.sums.isEmpty, delta.published.isEmpty { return true }
        let id = root(of: delta.cluster)
        if let index = index(of: id) { return clusters[index].sums.add(delta) }
        guard exists(id) else {
            throw Contradiction(
                "epoch delta \(closing.number) of partition \(closing.partition) changes cluster \(delta.cluster), "
                    + "which never existed")
        }
        // The cluster was retired and dropped, but a partition that did not know this still had members in it.
        var retired = Cluster(id: id)
        retired.isActive = false
        let isExact = retired.sums.add(delta)
        clusters.insert(retired, at: clusters.firstIndex { $0.id > id } ?? clusters.count)
        return isExact
    }

    /// Applies the settings for the next model. Topics that are sensitive from now on leave the vocabulary.
    private mutating func adopt(_ next: Settings, _ version: Epoch) {
        guard next != settings else { return }
        settings = next
        let sensitive = SensitiveTopics(next)
        for index in vocabulary.entries.indices {
            guard !vocabulary.entries[index].isRemoved, let name = vocabulary.entries[index].name else { continue }
            if sensitive.contains(name[...]) { vocabulary.entries[index].remove(version) }
        }
    }

    /// Recomputes centroids as normalised sums, except for held ones. An empty sum keeps its last centroid.
    private mutating func refreshCentroids() {
        for index in clusters.indices {
            if let until = clusters[index].heldUntil {
                if ticks < until { continue }
                clusters[index].heldUntil = nil
            }
            if let centroid = clusters[index].sums.centroid(keeping: isTopic) { clusters[index].centroid = centroid }
        }
    }
}

extension ClusterSums {
    /// Adds a delta.
    /// - Returns: Whether the sums are exact: false if one overflowed.
    @discardableResult
    mutating func add(_ delta: ClusterDelta) -> Bool {
        var overflows: Bool
        (count, overflows) = count.addingReportingOverflow(delta.count)
        for entry in delta.published where !published.add(entry) { overflows = true }
        guard !delta.sums.isEmpty else { return !overflows }
        sums = sums.merged(with: delta.sums) { left, right in
            let (value, overflow) = left.addingReportingOverflow(right)
            overflows = overflows || overflow
            return value
        }
        return !overflows
    }
}
