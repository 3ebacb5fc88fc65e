/// The samples in the closings that a model includes: of each cluster the members with the lowest order.
struct SamplePool {
    struct Entry {
        var samples: [Sample] = []
        /// How many members have an order below the threshold, over all shards.
        var sampled: Int64 = 0
    }

    private(set) var clusters: [ClusterID: Entry] = [:]

    init(_ closings: [Closing], _ model: Model) {
        for closing in closings {
            for delta in closing.clusters where delta.sampled > 0 {
                let id = delta.cluster == 0 ? 0 : model.root(of: delta.cluster)
                clusters[id, default: Entry()].samples += delta.samples
                clusters[id, default: Entry()].sampled += delta.sampled
            }
        }
        let hasClusters = model.clusters.contains(where: \.isActive)
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
