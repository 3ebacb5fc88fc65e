/// Comparisons of clusters with known groups.
public enum Groups {
    /// The cluster that matches a group best, by F1.
    public struct Match: Equatable, Sendable {
        /// The cluster; 0 for none.
        public var cluster: Int32 = 0
        /// F1, 0 … 1.
        public var f1 = 0.0

        public init(cluster: Int32 = 0, f1: Double = 0) {
            self.cluster = cluster
            self.f1 = f1
        }
    }

    /// - Parameters:
    ///   - labels: The cluster of each item; 0 for none.
    ///   - group: Whether each item belongs to the group.
    /// - Returns: The best match. Ties go to the lower cluster.
    public static func match(_ labels: [Int32], _ group: [Bool]) -> Match {
        var sizes: [Int32: Int] = [:]
        var shared: [Int32: Int] = [:]
        var members = 0
        for (label, isMember) in zip(labels, group) {
            if label > 0 { sizes[label, default: 0] += 1 }
            guard isMember else { continue }
            members += 1
            if label > 0 { shared[label, default: 0] += 1 }
        }
        var best = Match()
        for cluster in shared.keys.sorted() {
            let f1 = 2 * Double(shared[cluster] ?? 0) / Double((sizes[cluster] ?? 0) + members)
            if f1 > best.f1 { best = Match(cluster: cluster, f1: f1) }
        }
        return best
    }

    /// Returns the separation of two groups: δ / (δ + 4ω), with δ the gain of keeping them apart per pair of members,
    /// and ω the mean dispersion of their members. 0 for equal groups, near 1 for distant ones. The engine splits from
    /// 0.15 and merges below 0.13.
    public static func separation(_ points: Points, _ isFirst: [Bool]) -> Double {
        let sums = Sums(points, isFirst.map { $0 ? 0 : 1 }, count: 2)
        let (first, second) = (Double(sums.members[0]), Double(sums.members[1]))
        guard first > 0, second > 0 else { return 0 }
        let norms = sums.norms
        let joint = (norms[0] * norms[0] + norms[1] * norms[1] + 2 * sums.product(0, 1)).squareRoot()
        let gain = norms[0] + norms[1] - joint
        let difference = gain * (first + second) / (first * second)
        let dispersion = ((first - norms[0]) / first + (second - norms[1]) / second) / 2
        return difference / max(difference + 4 * dispersion, 1e-9)
    }
}
