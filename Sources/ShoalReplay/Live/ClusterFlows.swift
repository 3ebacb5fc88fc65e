package import ShoalClustering

/// What became of the published clusters between two models: which go on, which were split off others or merged into others.
///
/// It follows from sizes and changes that were published, and does not tell how many members moved by what they watched: models do
/// not have that, and the difference of two such counts could show one person's move.
package struct ClusterFlows: Sendable {
    package enum Kind: String, Sendable {
        case continued
        case split
        case merged
    }

    /// A cluster of the first model of which something is in a cluster of the second one.
    package struct Flow: Equatable, Sendable {
        package var from: ClusterID
        package var to: ClusterID
        package var kind: Kind
    }

    package let from: ReplayReport.Row
    package let to: ReplayReport.Row
    /// Ascending by `from`, then `to`.
    package let flows: [Flow]
    /// The numbers of changes between both by their kinds.
    package let counts: [String: Int]

    /// - Parameters:
    ///   - from, to: rows of the report, the earlier one first.
    package init(_ report: ReplayReport, from: ReplayReport.Row, to: ReplayReport.Row) {
        (self.from, self.to) = (from, to)
        // The clusters of the first model from which each one descends.
        var sources: [ClusterID: [ClusterID: Kind]] = [:]
        for cluster in from.clusters { sources[cluster] = [cluster: .continued] }
        var counts: [String: Int] = [:]
        let first = report.lifecycle.partitioningIndex { $0.version > from.version }
        for change in report.lifecycle[first...].prefix(while: { $0.version <= to.version }) {
            // A cluster that came from another one is published as created.
            let isSplit = change.kind == "cluster_created" && change.other != 0
            counts[isSplit ? "cluster_split" : change.kind, default: 0] += 1
            switch change.kind {
            case "cluster_created":
                for source in (sources[change.other] ?? [:]).keys where sources[change.cluster]?[source] == nil {
                    sources[change.cluster, default: [:]][source] = .split
                }
            case "cluster_merged":
                for source in (sources.removeValue(forKey: change.cluster) ?? [:]).keys
                where sources[change.other]?[source] == nil {
                    sources[change.other, default: [:]][source] = .merged
                }
            case "cluster_retired": sources[change.cluster] = nil
            default: break
            }
        }
        self.counts = counts
        let last = Set(to.clusters)
        flows = sources.filter { last.contains($0.key) }
            .flatMap { cluster, found in
                found.map { Flow(from: $0.key, to: cluster, kind: $0.key == cluster ? .continued : $0.value) }
            }
            .sorted { ($0.from, $0.to) < ($1.from, $1.to) }
    }

    /// The clusters of either model, ascending, with their sizes in each; nil: it was not published.
    package var clusters: [(id: ClusterID, from: Int64?, to: Int64?)] {
        let (before, after) = (Self.sizes(from), Self.sizes(to))
        return Set(from.clusters + to.clusters).sorted().map { ($0, before[$0], after[$0]) }
    }

    private static func sizes(_ row: ReplayReport.Row) -> [ClusterID: Int64] {
        Dictionary(zip(row.clusters, row.members)) { first, _ in first }
    }
}
