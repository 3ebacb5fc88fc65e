/// What published changes have said of a published cluster's lineage. A cluster that is not published has none.
public struct AnnouncedLineage: Equatable, Sendable {
    /// The last change of the cluster: created, split or drifted; nil if that was under rules that do not record it.
    public var lastChange: LifecycleChange.Kind?
    /// The cluster from which it was split off; 0 for none. It was published then, and may have ended since.
    public var parent: ClusterID = 0
    /// The last clusters that were merged into it, in this order.
    public var merged: [ClusterID] = []

    static let mostMerged = 16

    public init() {}
}

extension Model {
    /// Records in the clusters what these changes say of their lineage.
    mutating func recordLineage(_ changes: [LifecycleChange]) {
        guard rules.recordsLineage else { return }
        for index in clusters.indices where !clusters[index].isPublished {
            clusters[index].lineage = AnnouncedLineage()
        }
        for change in changes {
            switch change.kind {
            case .created, .split, .drifted:
                guard let index = index(of: change.cluster) else { continue }
                clusters[index].lineage.lastChange = change.kind
                guard change.kind == .created else { continue }
                clusters[index].lineage.parent = change.other
                // It may have been merged before, and is published again.
                for other in clusters.indices { clusters[other].lineage.merged.removeAll { $0 == change.cluster } }
            case .merged:
                guard let index = index(of: change.other) else { continue }
                let merged = clusters[index].lineage.merged + [change.cluster]
                clusters[index].lineage.merged = merged.suffix(AnnouncedLineage.mostMerged)
            case .retired: continue
            }
        }
    }
}
