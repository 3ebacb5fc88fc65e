package import ShoalClustering
package import ShoalPipeline
internal import ShoalSchemas

/// The published clusters of an application over time, from its models in their order. Numbers of members are rounded down to a
/// multiple of `privacy.min-cluster-size`. Not thread-safe.
package struct LiveReport {
    private let builder = ReportBuilder()
    private var last: Model?
    private let name: String
    /// How many models are remembered.
    private static let mostRows = 4_000

    /// - Parameter name: the application's.
    package init(name: String) {
        self.name = name
    }

    /// The version of the last model; nil before the first one.
    package private(set) var version: Epoch?

    /// Takes the next model. A genesis model changes nothing.
    package mutating func take(_ record: ModelRecord) {
        guard let version = record.bookkeeping.through, version > self.version ?? .min else { return }
        builder.take(record.model, version, changes: last.map { record.model.changes(since: $0, version) } ?? [])
        builder.keep(newest: Self.mostRows)
        (last, self.version) = (record.model, version)
    }

    /// The report of all models so far. Topics that are sensitive or not told under the last model's
    /// settings are in none of its descriptions.
    package var report: ReplayReport {
        var report = builder.report()
        report.input.name = name
        guard let settings = last?.settings else { return report }
        let step = max(settings.minClusterSize, 1)
        let sensitive = SensitiveTopics(settings)
        func rounded(_ count: Int64) -> Int64 { count / step * step }
        func told(_ topics: [String]) -> [String] { topics.filter { sensitive.tells(Array($0.utf8)[...]) } }
        for row in report.rows.indices { report.rows[row].members = report.rows[row].members.map(rounded) }
        for change in report.lifecycle.indices {
            report.lifecycle[change].members = rounded(report.lifecycle[change].members)
            report.lifecycle[change].leadingTopics = told(report.lifecycle[change].leadingTopics)
        }
        for cluster in report.clusters.indices {
            report.clusters[cluster].members = rounded(report.clusters[cluster].members)
            report.clusters[cluster].peak = rounded(report.clusters[cluster].peak)
            report.clusters[cluster].leadingTopics = told(report.clusters[cluster].leadingTopics)
            report.clusters[cluster].branchTopics = told(report.clusters[cluster].branchTopics)
        }
        return report
    }
}

extension Model {
    /// Returns what became of the published clusters since an earlier model, as subscribers are told.
    fileprivate func changes(since old: Model, _ version: Epoch) -> [LifecycleChange] {
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
        for (id, description) in descriptions() {
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
