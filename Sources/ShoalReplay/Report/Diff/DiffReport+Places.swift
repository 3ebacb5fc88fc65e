public import ShoalClustering

extension DiffReport {
    /// Counts members by pair of final clusters.
    /// - Parameters:
    ///   - a: The published final cluster of each member of A.
    ///   - b: The same of B. A member that one run does not have is in no cluster (0) of that run.
    public static func places(
        _ a: [Pseudonym: ClusterID], _ b: [Pseudonym: ClusterID]
    ) -> [(a: ClusterID, b: ClusterID, members: Int64)] {
        var counts: [[ClusterID]: Int64] = [:]
        for (member, cluster) in a { counts[[cluster, b[member] ?? 0], default: 0] += 1 }
        for (member, cluster) in b where a[member] == nil { counts[[0, cluster], default: 0] += 1 }
        return counts.map { (a: $0.key[0], b: $0.key[1], members: $0.value) }
    }
}
