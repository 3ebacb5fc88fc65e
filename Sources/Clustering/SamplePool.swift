/// The samples that a model judges by: of each cluster the members with the lowest order, over all partitions whose closings
/// it includes.
struct SamplePool {
    struct Entry {
        /// Lowest order first.
        var samples: [Sample] = []
        /// How many members the samples stand for: all of those partitions.
        var members: Int64 = 0
    }

    /// From how many clusters on only every eighth is sampled in an epoch.
    static let mostSampled = 256

    private(set) var clusters: [ClusterID: Entry] = [:]

    /// - Parameters:
    ///   - closings: by partition and number; of each partition the last one counts.
    ///   - model: for the lineage.
    init(_ closings: [Closing], _ model: Model, version: Epoch) {
        let hasClusters = model.clusters.contains(where: \.isActive)
        let isSparse = model.clusters.count > Self.mostSampled
        for (index, closing) in closings.enumerated() {
            if index + 1 < closings.count, closings[index + 1].partition == closing.partition { continue }
            if isSparse, closing.from != version { continue }
            for delta in closing.clusters where delta.sampled > 0 {
                let id = delta.cluster == 0 ? 0 : model.root(of: delta.cluster)
                if isSparse, id != 0, Int64(id) & 7 != version & 7 { continue }
                clusters[id, default: Entry()].samples += delta.samples
                clusters[id, default: Entry()].members += delta.sampled
            }
        }
        for id in Array(clusters.keys) {
            let most = id == 0 && !hasClusters ? 4_096 : 256
            clusters[id]?.samples.sort { left, right in
                left.order != right.order ? left.order < right.order : Self.precedes(left.direction, right.direction)
            }
            if let count = clusters[id]?.samples.count, count > most {
                clusters[id]?.samples.removeLast(count - most)
            }
        }
    }

    /// Equal orders are as good as impossible; even so the order is one of content.
    private static func precedes(_ left: [Component], _ right: [Component]) -> Bool {
        left.lexicographicallyPrecedes(right) { ($0.topic, $0.value) < ($1.topic, $1.value) }
    }
}
