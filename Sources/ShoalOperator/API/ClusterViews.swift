import ShoalClustering
import ShoalReplay
import ShoalSchemas

/// What the API tells of clusters. Numbers of members are rounded down to a multiple of `privacy.min-cluster-size`, times are
/// milliseconds since 1970, and similarities are between 0 and 1.
enum ClusterViews {
    /// A text that is null instead of absent.
    struct OptionalText: Encodable {
        var text: String?

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            if let text { try container.encode(text) } else { try container.encodeNil() }
        }
    }

    struct Cluster: Encodable {
        var id: ClusterID
        /// The label that operators gave it.
        var label: OptionalText
        var membersAtLeast: Int64
        var cohesion: Double
        var leadingTopics: [String]
        var branchTopics: [String]
        /// The clusters with the most similar centroids.
        var neighbours: [ClusterID]
        /// `seed`, `split` or `birth`.
        var origin: String
        var parent: ClusterID?
        var createdModel: Epoch

        init(_ cluster: ReplayReport.Cluster, members: Int64) {
            id = cluster.id
            label = OptionalText(text: cluster.label)
            membersAtLeast = members
            cohesion = Double(cluster.cohesion) / 1_000_000
            (leadingTopics, branchTopics) = (cluster.leadingTopics, cluster.branchTopics)
            neighbours = cluster.branchClusters
            origin = cluster.origin
            parent = cluster.parent == 0 ? nil : cluster.parent
            createdModel = cluster.created
        }
    }

    /// All clusters after a model.
    struct List: Encodable {
        var model: Epoch
        var timeMs: Int64
        var membersAtLeast: Int64
        var unassignedAtLeast: Int64
        /// The class of the number of suppressed clusters: `0`, `1-4` or `5+`.
        var suppressedClusters: String
        var clusters: [Cluster]

        /// - Parameters:
        ///   - report: as it was after the model.
        ///   - search: lists only clusters with such a topic; nil: all.
        init(_ report: ReplayReport, _ row: ReplayReport.Row, _ search: TopicSearch? = nil) {
            model = row.version
            timeMs = row.time
            membersAtLeast = row.eligible
            unassignedAtLeast = row.unassigned
            suppressedClusters = SuppressedCount.name(row.withheld)
            let known = Dictionary(report.clusters.map { ($0.id, $0) }) { first, _ in first }
            clusters = zip(row.clusters, row.members).compactMap { id, members in
                guard let cluster = known[id], search.map(cluster.has) ?? true else { return nil }
                return Cluster(cluster, members: members)
            }
        }
    }

    /// What became of clusters between two models.
    struct Flows: Encodable {
        struct Cluster: Encodable {
            var id: ClusterID
            /// Absent if it was not published after the model.
            var fromMembersAtLeast: Int64?
            var toMembersAtLeast: Int64?
            /// Those of the later model in which it was published.
            var leadingTopics: [String]
        }

        struct Flow: Encodable {
            var from: ClusterID
            var to: ClusterID
            var kind: String
        }

        var from: Model
        var to: Model
        var clusters: [Cluster]
        var flows: [Flow]
        /// Changes after the first model, until the second one.
        var changes: [String: Int]

        /// - Parameter report: as it was after the later model.
        init(_ found: ClusterFlows, _ report: ReplayReport) {
            (from, to) = (Model(found.from), Model(found.to))
            let topics = Dictionary(report.clusters.map { ($0.id, $0.leadingTopics) }) { first, _ in first }
            clusters = found.clusters.map {
                Cluster(
                    id: $0.id, fromMembersAtLeast: $0.from, toMembersAtLeast: $0.to, leadingTopics: topics[$0.id] ?? [])
            }
            flows = found.flows.map { Flow(from: $0.from, to: $0.to, kind: $0.kind.rawValue) }
            changes = Dictionary(
                uniqueKeysWithValues: ["created", "split", "merged", "retired", "drifted"].map {
                    ($0, found.counts["cluster_\($0)"] ?? 0)
                })
        }
    }

    struct Model: Encodable {
        var model: Epoch
        var timeMs: Int64
        var clusters: Int
        var membersAtLeast: Int64

        init(_ row: ReplayReport.Row) {
            (model, timeMs, clusters, membersAtLeast) = (row.version, row.time, row.clusters.count, row.eligible)
        }
    }

    /// Models, the newest first.
    struct Models: Encodable {
        var models: [Model]
        /// The path of the next page; absent on the last one.
        var next: String?
    }

    /// A change of a cluster, as in the output topic.
    struct Change: Encodable {
        var kind: String
        var model: Epoch
        var timeMs: Int64
        var cluster: ClusterID
        var otherCluster: ClusterID?
        var membersAtLeast: Int64
        var leadingTopics: [String]

        init(_ change: ReplayReport.Lifecycle) {
            (kind, model, timeMs, cluster) = (change.kind, change.version, change.time, change.cluster)
            otherCluster = change.other == 0 ? nil : change.other
            (membersAtLeast, leadingTopics) = (change.members, change.leadingTopics)
        }
    }

    struct Changes: Encodable {
        var changes: [Change]
        /// The last model that was looked at: `after` of the next request.
        var through: Epoch
    }

    /// The clusters that a cluster came from and went to.
    struct Lineage: Encodable {
        struct Line: Encodable {
            var id: ClusterID
            var origin: String
            var parent: ClusterID?
            var createdModel: Epoch
            var endedModel: Epoch?
            /// The cluster that it was merged into.
            var survivor: ClusterID?

            init(_ cluster: ReplayReport.Cluster) {
                (id, origin, createdModel, endedModel) = (cluster.id, cluster.origin, cluster.created, cluster.ended)
                parent = cluster.parent == 0 ? nil : cluster.parent
                survivor = cluster.survivor == 0 ? nil : cluster.survivor
            }
        }

        /// The cluster first, then its parents, nearest first.
        var ancestors: [Line]
        /// Clusters that were split off it, and those that were merged into it, ascending.
        var children: [Line]
        var merged: [Line]
        var changes: [Change]

        init(_ report: ReplayReport, of cluster: ReplayReport.Cluster) {
            let known = Dictionary(report.clusters.map { ($0.id, $0) }) { first, _ in first }
            var line: [ReplayReport.Cluster] = [cluster]
            while let last = line.last, last.parent != 0, let parent = known[last.parent],
                !line.contains(where: { $0.id == parent.id })
            {
                line.append(parent)
            }
            ancestors = line.map(Line.init)
            children = report.clusters.filter { $0.parent == cluster.id && $0.origin == "split" }.map(Line.init)
            merged = report.clusters.filter { $0.survivor == cluster.id }.map(Line.init)
            changes = report.lifecycle.filter { $0.cluster == cluster.id || $0.other == cluster.id }.map(Change.init)
        }
    }

    /// One cluster with its history.
    struct Detail: Encodable {
        struct Size: Encodable {
            var timeMs: Int64
            var membersAtLeast: Int64
        }

        var model: Epoch
        var timeMs: Int64
        var cluster: Cluster
        var peakAtLeast: Int64
        /// Absent as long as it is published.
        var endedModel: Epoch?
        /// At most 200, ascending by time.
        var sizes: [Size]

        init(_ report: ReplayReport, _ row: ReplayReport.Row, of cluster: ReplayReport.Cluster) {
            func members(_ row: ReplayReport.Row) -> Int64? {
                row.clusters.firstIndex(of: cluster.id).map { row.members[$0] }
            }
            (model, timeMs) = (row.version, row.time)
            self.cluster = Cluster(cluster, members: members(row) ?? 0)
            peakAtLeast = cluster.peak
            endedModel = cluster.ended
            let rows = report.rows.filter { $0.time <= row.time }
            let step = max((rows.count + 199) / 200, 1)
            sizes = rows.indices.filter { (rows.count - 1 - $0) % step == 0 }.compactMap { index in
                members(rows[index]).map { Size(timeMs: rows[index].time, membersAtLeast: $0) }
            }
        }
    }
}
