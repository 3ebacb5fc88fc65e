/// What was read contradicts what was read before, or the rules: never go on from it.
public struct Contradiction: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}

extension Model {
    /// The genesis model: no clusters, the settings, and the topics of `topics.file`.
    public static func genesis(settings: Settings, topics: [[UInt8]]) -> Model {
        var model = Model(settings: settings)
        let sensitive = SensitiveTopics(settings.sensitiveTopics)
        for topic in topics where !model.vocabulary.entries.contains(where: { $0.name == topic }) {
            let isSensitive = sensitive.contains(topic[...])
            model.vocabulary.entries.append(Vocabulary.Entry(name: topic, isRemoved: isSensitive))
        }
        return model
    }

    /// The model after this one: a function of this one, the closings and the settings alone.
    /// - Parameters:
    ///   - closings: what it includes; their order does not matter. None: the content stays.
    ///   - settings: those that it carries, for the next one.
    ///   - version: what it will be published as.
    /// - Returns: the model, and what became of clusters.
    /// - Throws: `Contradiction` where a sum would be negative, or a delta names a cluster that never was.
    public func next(
        including closings: [Closing], settings next: Settings, version: Epoch
    ) throws(Contradiction) -> (Model, [LifecycleChange]) {
        guard !closings.isEmpty else { return (self, []) }
        var model = self
        model.ticks += 1
        let ordered = closings.sorted { ($0.partition, $0.number) < ($1.partition, $1.number) }
        for closing in ordered {
            for delta in closing.clusters { try model.add(delta, from: closing) }
        }
        try model.checkSums()
        model.clusters.removeAll { !$0.isActive && $0.sums.count == 0 && $0.sums.sums.isEmpty }
        model.admitTopics(from: ordered)
        var lifecycle = Lifecycle(model, samples: SamplePool(ordered, model, version: version), version: version)
        lifecycle.decide()
        model = lifecycle.model
        model.adopt(next)
        model.refreshCentroids()
        let changes = model.refreshOutsides(ended: lifecycle.ended, version: version)
        return (model, changes)
    }

    private mutating func add(_ delta: ClusterDelta, from closing: Closing) throws(Contradiction) {
        guard delta.cluster != 0 else { return unassigned.add(delta) }
        if delta.count == 0, delta.sums.isEmpty { return }
        let id = root(of: delta.cluster)
        if let index = index(of: id) { return clusters[index].sums.add(delta) }
        guard id < nextID else {
            throw Contradiction(
                "closing \(closing.number) of partition \(closing.partition) changes cluster \(delta.cluster), which "
                    + "never was")
        }
        // Retired and forgotten; a partition that had not heard of it yet had members in it.
        var retired = Cluster(id: id)
        retired.isActive = false
        retired.sums.add(delta)
        clusters.insert(retired, at: clusters.firstIndex { $0.id > id } ?? clusters.count)
    }

    private func checkSums() throws(Contradiction) {
        for (id, sums) in [(ClusterID(0), unassigned)] + clusters.map({ ($0.id, $0.sums) }) {
            if sums.count < 0 { throw Contradiction("cluster \(id) would have \(sums.count) members") }
            if let entry = sums.sums.first(where: { $0.value < 0 }) {
                throw Contradiction("the sum of cluster \(id) would be \(entry.value) in topic \(entry.topic)")
            }
        }
    }

    /// Settings for the next model; what is sensitive from now on leaves the vocabulary.
    private mutating func adopt(_ next: Settings) {
        guard next != settings else { return }
        settings = next
        let sensitive = SensitiveTopics(next.sensitiveTopics)
        for index in vocabulary.entries.indices {
            guard let name = vocabulary.entries[index].name else { continue }
            if sensitive.contains(name[...]) { vocabulary.entries[index].isRemoved = true }
        }
    }

    /// Centroids are the normalised sums, but for those held as given; an empty sum keeps its last one.
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
    mutating func add(_ delta: ClusterDelta) {
        count += delta.count
        guard !delta.sums.isEmpty else { return }
        var merged: [SumEntry] = []
        merged.reserveCapacity(sums.count + delta.sums.count)
        var (left, right) = (0, 0)
        while left < sums.count || right < delta.sums.count {
            if right == delta.sums.count || left < sums.count && sums[left].topic < delta.sums[right].topic {
                merged.append(sums[left])
                left += 1
            } else if left == sums.count || delta.sums[right].topic < sums[left].topic {
                merged.append(delta.sums[right])
                right += 1
            } else {
                let value = sums[left].value + delta.sums[right].value
                if value != 0 { merged.append(SumEntry(topic: sums[left].topic, value: value)) }
                left += 1
                right += 1
            }
        }
        sums = merged
    }
}
