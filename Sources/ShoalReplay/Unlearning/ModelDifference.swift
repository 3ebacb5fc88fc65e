package import ShoalClustering

/// How much two models differ, in published clusters only.
public struct ModelDifference: Codable, Equatable, Sendable {
    /// The number of clusters that one of both publishes.
    public var clusters = 0
    /// The number of those that differ in anything: members, sums, centroid or lineage.
    public var differing = 0
    /// The least cosine of a cluster's centroids in both models, in millionths; 0 if a cluster is only in one.
    public var leastSimilarity: Int64 = 1_000_000

    package init(_ a: Model, _ b: Model) {
        let left = Self.published(a)
        let right = Self.published(b)
        for id in Set(left.keys).union(right.keys) {
            clusters += 1
            guard left[id] != right[id] else { continue }
            differing += 1
            leastSimilarity = min(leastSimilarity, Self.similarity(left[id]?.centroid ?? [], right[id]?.centroid ?? []))
        }
    }

    private static func published(_ model: Model) -> [ClusterID: Cluster] {
        Dictionary(uniqueKeysWithValues: model.clusters.filter(\.isPublished).map { ($0.id, $0) })
    }

    private static func similarity(_ a: [Component], _ b: [Component]) -> Int64 {
        let values = Dictionary(uniqueKeysWithValues: b.map { ($0.topic, Double($0.value)) })
        let product = a.reduce(0.0) { $0 + Double($1.value) * (values[$1.topic] ?? 0) }
        let norms = [a, b].map { $0.reduce(0.0) { $0 + Double($1.value) * Double($1.value) }.squareRoot() }
        guard norms[0] > 0, norms[1] > 0 else { return a.isEmpty && b.isEmpty ? 1_000_000 : 0 }
        return Int64((product / norms[0] / norms[1] * 1_000_000).rounded(.down))
    }
}
