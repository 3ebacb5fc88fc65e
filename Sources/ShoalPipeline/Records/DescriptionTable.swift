package import ShoalClustering
package import ShoalSchemas
internal import ShoalSettings

/// The table of published clusters in `clusters.topic`, as the coordinator keeps it. What is written is a function of one model and of
/// the one before, so that a restart and a repetition write the same.
struct DescriptionTable {
    private let format: OutputFormat
    /// The content of the topic after the last model, without versions and times; nil if it is not known.
    private var known: [ClusterID: ClusterDescription]?
    private var ticks: Int64

    /// - Parameter last: The last model. Its bookkeeping says whether the topic holds its table.
    init(_ topic: String, format: OutputFormat, after last: ModelRecord) {
        self.format = format
        known = last.bookkeeping.clustersTopic == topic ? Self.descriptions(last.model) : nil
        ticks = last.model.ticks
    }

    /// A table in Protobuf of an application that has just begun.
    init(after genesis: Model) {
        (format, known, ticks) = (.protobuf, [:], genesis.ticks)
    }

    /// Appends what a model changes. A cluster that is not published any more gets a tombstone.
    /// - Parameter version: The model's.
    mutating func append(_ model: Model, version: Epoch, to records: inout RecordBuffer) {
        // A model without epoch deltas is the one before.
        guard known == nil || model.ticks != ticks else { return }
        ticks = model.ticks
        let now = Self.descriptions(model)
        let time = (version + 1) * model.settings.fixed.epochLength
        // A topic that is not known may hold clusters of an earlier time.
        let before = known.map { Set($0.keys) } ?? Set(1..<model.nextID)
        for cluster in before.union(now.keys).sorted() {
            guard var description = now[cluster] else {
                append(nil, cluster, time, to: &records)
                continue
            }
            if let last = known?[cluster], last == description { continue }
            (description.modelVersion, description.eventTime) = (version, time)
            append(description, cluster, time, to: &records)
        }
        known = now
    }

    private func append(
        _ description: ClusterDescription?, _ cluster: ClusterID, _ time: Int64, to records: inout RecordBuffer
    ) {
        let format = format
        records.append(
            to: .clusters, timestamp: time, key: { $0 += "\(cluster)".utf8 },
            value: description.map { description in
                { format == .json ? description.encodeJSON(into: &$0) : description.encode(into: &$0) }
            })
    }

    /// Returns what is told of the published clusters of a model, by number.
    static func descriptions(_ model: Model) -> [ClusterID: ClusterDescription] {
        let published = model.clusters.filter(\.isPublished)
        var children: [ClusterID: [ClusterID]] = [:]
        for cluster in published { children[cluster.lineage.parent, default: []].append(cluster.id) }
        let step = max(model.settings.minClusterSize, 1)
        var told: [ClusterID: ClusterDescription] = [:]
        for (cluster, (id, description)) in zip(published, model.descriptions()) {
            var record = ClusterDescription(cluster: id)
            record.state = cluster.lineage.lastChange?.state
            record.membersAtLeast = description.members / step * step
            record.cohesion = ChangeRecord.millionths(description.cohesion) / 10_000 * 10_000
            record.leadingTopics = model.names(description.leading)
            record.branchTopics = model.names(description.branchTopics)
            record.branchClusters = description.branchClusters
            record.parent = cluster.lineage.parent
            record.children = children[id] ?? []
            record.merged = cluster.lineage.merged
            told[id] = record
        }
        return told
    }
}

extension Model {
    /// What `clusters.topic` has of the published clusters, by number, without versions and times.
    package var publishedDescriptions: [ClusterID: ClusterDescription] { DescriptionTable.descriptions(self) }
}
