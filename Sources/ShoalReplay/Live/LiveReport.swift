package import ShoalClustering
package import ShoalPipeline
package import ShoalSchemas

/// The published clusters of an application over time, from its models in their order. Numbers of members are rounded down to a
/// multiple of `privacy.min-cluster-size`: the one of then or, if it has been raised since, the present one.
package struct LiveReport: Sendable {
    private let name: String
    private var last: Model?
    private var rows: [ReplayReport.Row] = []
    private var changes: [ReplayReport.Lifecycle] = []
    private var lines: [ClusterID: ClusterLine] = [:]
    private var names = ToldTopicNames()
    /// How many models are remembered.
    private let mostRows: Int

    /// - Parameters:
    ///   - name: the application's.
    ///   - mostRows: how many models are remembered. With 128 clusters, one takes about 12 KiB.
    package init(name: String, mostRows: Int = 4_000) {
        (self.name, self.mostRows) = (name, mostRows)
    }

    /// The version of the last model; nil before the first one.
    package var version: Epoch? { rows.last?.version }

    /// What `clusters.topic` has of the clusters after the last model.
    package var descriptions: [ClusterID: ClusterDescription] { last?.publishedDescriptions ?? [:] }

    /// Takes the next model. A genesis model changes nothing.
    package mutating func take(_ record: ModelRecord) {
        guard let version = record.bookkeeping.through, version > self.version ?? .min else { return }
        let model = record.model
        let step = max(model.settings.minClusterSize, 1)
        if let last, last.settings.minClusterSize < step { round(to: step) }
        names.apply(model.settings)
        let descriptions = model.descriptions()
        add(model, version, descriptions, step)
        for change in last.map({ model.changes(since: $0, version, descriptions) }) ?? [] {
            var told = ReplayReport.Lifecycle(change, model)
            told.members = told.members / step * step
            told.leadingTopics = told.leadingTopics.filter { names.number(of: $0) != nil }
            changes.append(told)
            lines[told.cluster]?.take(told)
        }
        if rows.count > mostRows { forget(rows.count - mostRows) }
        last = model
    }

    private mutating func add(
        _ model: Model, _ version: Epoch, _ descriptions: [(cluster: ClusterID, description: Description)],
        _ step: Int64
    ) {
        let described = Dictionary(descriptions.map { ($0.cluster, $0.description) }) { first, _ in first }
        var row = ReplayReport.Row(model, version)
        for (place, id) in row.clusters.enumerated() {
            guard let index = model.index(of: id), let description = described[id] else { continue }
            row.members[place] = row.members[place] / step * step
            let members = row.members[place]
            var line =
                lines[id]
                ?? ClusterLine(
                    id: id, created: version, origin: model.clusters[index].origin.name,
                    parent: model.published(model.clusters[index].parent, besides: id))
            var entry = ClusterLine.Entry(
                version: version, members: members, peak: max(line.entries.last?.peak ?? 0, members),
                cohesion: Int32(clamping: (description.cohesion * 1_000_000) >> 30))
            entry.describe(
                model.names(description.leading).compactMap { names.number(of: $0) },
                model.names(description.branchTopics).compactMap { names.number(of: $0) }, description.branchClusters)
            // Frees the line's entries from the dictionary, so that they are not copied.
            lines[id] = nil
            line.add(entry)
            lines[id] = line
        }
        rows.append(row)
    }

    /// Forgets the oldest models, and what ended with them.
    private mutating func forget(_ count: Int) {
        rows.removeFirst(count)
        guard let first = rows.first?.version else { return }
        changes.removeAll { $0.version < first }
        lines = lines.filter { !$0.value.hasEnded(before: first) }
        for id in lines.keys { lines[id]?.forget(before: first) }
    }

    private mutating func round(to step: Int64) {
        func rounded(_ count: Int64) -> Int64 { count / step * step }
        for place in rows.indices {
            rows[place].members = rows[place].members.map(rounded)
            rows[place].eligible = rounded(rows[place].eligible)
            rows[place].unassigned = rounded(rows[place].unassigned)
        }
        for place in changes.indices { changes[place].members = rounded(changes[place].members) }
        for id in lines.keys { lines[id]?.round(rounded) }
    }

    /// The report of all models so far.
    package var report: ReplayReport { report(through: .max) }

    /// Returns the report that the models until a version gave, without the topics that may not be told under the settings of
    /// the last model.
    package func report(through version: Epoch) -> ReplayReport {
        var report = ReplayReport()
        report.input.name = name
        report.rows = Array(rows[..<rows.partitioningIndex { $0.version > version }])
        guard let last = report.rows.last?.version else { return report }
        report.lifecycle = changes[..<changes.partitioningIndex { $0.version > last }].map { change in
            var change = change
            change.leadingTopics = names.told(change.leadingTopics)
            return change
        }
        report.clusters = lines.values.compactMap { $0.cluster(at: last, names) }.sorted { $0.id < $1.id }
        return report
    }
}

extension Model {
    /// Returns what became of the published clusters since an earlier model, as subscribers are told.
    fileprivate func changes(
        since old: Model, _ version: Epoch, _ descriptions: [(cluster: ClusterID, description: Description)]
    ) -> [LifecycleChange] {
        let before = Dictionary(old.clusters.filter(\.isPublished).map { ($0.id, $0) }) { first, _ in first }
        var changes: [LifecycleChange] = []
        for cluster in old.clusters where cluster.isPublished {
            guard index(of: cluster.id).map({ !clusters[$0].isPublished }) ?? true else { continue }
            let survivor = publishedCluster(of: cluster.id)
            changes.append(
                LifecycleChange(
                    kind: survivor != 0 ? .merged : .retired, cluster: cluster.id, other: survivor, version: version,
                    members: cluster.sums.count))
        }
        for (id, description) in descriptions {
            guard let index = index(of: id) else { continue }
            let cluster = clusters[index]
            var change: LifecycleChange
            if let known = before[id] {
                guard cluster.announcedTick > known.announcedTick else { continue }
                change = LifecycleChange(
                    kind: .drifted, cluster: id, version: version, members: description.members)
                change.before = known.announced
            } else {
                let former = old.publishedCluster(of: id)
                let isSplit = former != 0 || cluster.origin == .split
                let parent = published(former != 0 ? former : cluster.parent, besides: id)
                change = LifecycleChange(
                    kind: .created, cluster: id, origin: former != 0 ? .split : cluster.origin,
                    other: isSplit ? parent : 0, version: version,
                    members: description.members)
            }
            change.description = description
            changes.append(change)
        }
        return changes
    }
}
