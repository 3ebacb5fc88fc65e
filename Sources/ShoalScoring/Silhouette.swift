/// The simplified silhouette of partitions: of each point, by how much it is closer to its own centroid than to the nearest
/// other one, relative to the latter distance; the mean over all points (Vendramin, Campello and Hruschka, 2010).
/// Distances are 1 − cosine.
public enum Silhouette {
    /// The number of clusters for which batch k-means has the best silhouette.
    public struct Best: Sendable {
        public var clusters: Int
        /// −1 … 1.
        public var silhouette: Double
    }

    /// Returns the mean of all points, each with its nearest centroid: 0 … 1. With one centroid, 0.
    public static func mean(_ points: Points, _ centroids: Centroids) -> Double {
        guard points.count > 0, centroids.count > 1 else { return 0 }
        var sum = 0.0
        for point in 0..<points.count {
            var (first, second) = (-Float.infinity, -Float.infinity)
            for cluster in 0..<centroids.count {
                let similarity = centroids.similarity(points, point, to: cluster)
                if similarity > first {
                    (first, second) = (similarity, first)
                } else {
                    second = max(second, similarity)
                }
            }
            let (near, far) = (Double(max(1 - first, 0)), Double(max(1 - second, 0)))
            sum += far > 0 ? (far - near) / far : 0
        }
        return sum / Double(points.count)
    }

    /// Returns the best of several numbers of clusters, by the best of three starts of batch k-means each.
    /// - Parameter most: The maximum number of clusters, at most a tenth of the points.
    public static func best(_ points: Points, most: Int = 64, seed: UInt64) -> Best? {
        let numbers = [2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128].filter { $0 <= min(most, points.count / 10) }
        var best: Best?
        for number in numbers {
            let result = BatchKMeans.best(points, count: number, starts: 3, seed: seed)
            let silhouette = mean(points, result.centroids)
            if silhouette > best?.silhouette ?? -1 { best = Best(clusters: number, silhouette: silhouette) }
        }
        return best
    }
}
