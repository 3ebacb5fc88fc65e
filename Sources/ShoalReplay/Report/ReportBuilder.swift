internal import ShoalClustering
internal import ShoalPipeline
internal import ShoalSchemas

/// Builds a report from the models of a replay as they are made. Not thread-safe.
final class ReportBuilder: ModelWatcher {
    private(set) var rows: [ReplayReport.Row] = []
    private(set) var lifecycle: [ReplayReport.Lifecycle] = []
    private var clusters: [ClusterID: ReplayReport.Cluster] = [:]
    private var digest: [UInt8] = []
    private var last: Model?
    private let meter: ReplayMeter?

    init(meter: ReplayMeter? = nil) {
        self.meter = meter
    }

    func closed(_ epochDelta: EpochDelta) { meter?.take(epochDelta) }

    func take(_ publication: Coordinator.Publication, _ tally: Tally?) throws {
        meter?.take(publication)
        guard let tally, let version = publication.bookkeeping.through else { return }
        take(publication.model, version, tally)
        for change in publication.changes { add(change, publication.model) }
    }

    /// Adds a model that includes epoch deltas.
    func take(_ model: Model, _ version: Epoch, _ tally: Tally) {
        last = model
        digest = SHA256Digest.of((digest + SHA256Digest.of(ModelContent.encode(model).span)).span)
        add(row: version, model, tally)
    }

    /// Adds a published change of a cluster. Its model must have been added before.
    func take(published change: ClusterChange) {
        if !change.leadingTopics.isEmpty { clusters[change.cluster]?.describe(change) }
        add(
            ReplayReport.Lifecycle(
                kind: change.kind.name, version: change.modelVersion ?? 0, time: change.eventTime ?? 0,
                cluster: change.cluster, origin: change.why?.name, other: change.otherCluster,
                members: change.members, leadingTopics: change.leadingTopics), change.kind)
    }

    private func add(row version: Epoch, _ model: Model, _ tally: Tally) {
        var row = ReplayReport.Row(model, version)
        row.events = tally.events
        row.joined = tally.joined
        row.moved = tally.moved
        row.left = tally.left
        row.erased = tally.erased
        row.returned = tally.returned
        for cluster in model.clusters where cluster.isActive && cluster.isPublished {
            var entry =
                clusters[cluster.id]
                ?? ReplayReport.Cluster(
                    id: cluster.id, created: version, origin: cluster.origin.name,
                    parent: model.published(cluster.parent, besides: cluster.id))
            entry.peak = max(entry.peak, cluster.sums.count)
            entry.members = cluster.sums.count
            clusters[cluster.id] = entry
        }
        rows.append(row)
    }

    private func add(_ change: LifecycleChange, _ model: Model) {
        if let description = change.description { clusters[change.cluster]?.describe(description, model) }
        add(ReplayReport.Lifecycle(change, model), change.kind.published)
    }

    private func add(_ entry: ReplayReport.Lifecycle, _ kind: ClusterChange.Kind) {
        lifecycle.append(entry)
        if kind == .clusterCreated {
            clusters[entry.cluster]?.ended = nil
            clusters[entry.cluster]?.survivor = 0
        }
        guard kind == .clusterMerged || kind == .clusterRetired else { return }
        clusters[entry.cluster]?.ended = entry.version
        clusters[entry.cluster]?.survivor = kind == .clusterMerged ? entry.other : 0
    }

    /// Returns a report with the collected data; other fields have their defaults.
    func report() -> ReplayReport {
        if let last {
            for (id, description) in last.descriptions() { clusters[id]?.describe(description, last) }
        }
        var report = ReplayReport()
        report.rows = rows
        report.lifecycle = lifecycle
        report.clusters = clusters.values.sorted { $0.id < $1.id }
        let companions = last.map { $0.names($0.companions) } ?? []
        report.companions = companions.isEmpty ? nil : companions
        report.digest = Hex.text(digest)
        return report
    }
}

extension ReplayReport.Row {
    /// Takes the clusters and sizes of a model. Counts of events and changes stay 0.
    init(_ model: Model, _ version: Epoch) {
        self.init(version: version, time: (version + 1) * model.settings.fixed.epochLength)
        let step = max(model.settings.minClusterSize, 1)
        unassigned = model.unassigned.count / step * step
        eligible = (model.unassigned.count + model.assigned) / step * step
        withheld = SuppressedCount.bound(model.clusters.count { $0.isActive && !$0.isPublished })
        similarity = (model.meanSimilarity * 1_000_000) >> 30
        for cluster in model.clusters where cluster.isActive && cluster.isPublished {
            clusters.append(cluster.id)
            members.append(cluster.sums.count)
        }
    }
}

extension ReplayReport.Lifecycle {
    init(_ change: LifecycleChange, _ model: Model) {
        self.init(
            kind: change.kind.published.name, version: change.version,
            time: (change.version + 1) * model.settings.fixed.epochLength, cluster: change.cluster,
            origin: change.origin?.name, other: change.other, members: change.members,
            leadingTopics: change.description.map { model.names($0.leading) } ?? [])
    }
}

extension ReplayReport.Cluster {
    fileprivate mutating func describe(_ change: ClusterChange) {
        cohesion = Int64(change.cohesion)
        leadingTopics = change.leadingTopics
        branchTopics = change.branchTopics
        branchClusters = change.branchClusters
    }

    fileprivate mutating func describe(_ description: Description, _ model: Model) {
        cohesion = (description.cohesion * 1_000_000) >> 30
        leadingTopics = model.names(description.leading)
        branchTopics = model.names(description.branchTopics)
        branchClusters = description.branchClusters
    }
}

extension Model {
    /// Returns what continues a cluster, if it is published and not another given one; 0 otherwise. A suppressed one is not named.
    func published(_ id: ClusterID, besides other: ClusterID) -> ClusterID {
        guard let index = index(of: root(of: id)), clusters[index].isPublished, clusters[index].id != other else {
            return 0
        }
        return clusters[index].id
    }
}

extension LifecycleChange.Origin {
    var name: String {
        switch self {
        case .seed: "seed"
        case .split: "split"
        case .birth: "birth"
        }
    }
}
