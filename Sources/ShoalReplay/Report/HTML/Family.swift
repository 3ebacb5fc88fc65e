internal import ShoalClustering

/// The clusters in the order of their lineage: each is placed next to its parent.
struct Family {
    /// All clusters that were ever published.
    let order: [ClusterID]
    private let places: [ClusterID: Int]
    private let roots: [ClusterID: ClusterID]

    init(_ report: ReplayReport) {
        let clusters = report.clusters
        let known = Set(clusters.map(\.id))
        var children: [ClusterID: [ClusterID]] = [:]
        var roots: [ClusterID] = []
        for cluster in clusters {
            // A child must have a higher id than its parent. This excludes cycles in invalid input.
            if known.contains(cluster.parent), cluster.parent < cluster.id {
                children[cluster.parent, default: []].append(cluster.id)
            } else {
                roots.append(cluster.id)
            }
        }
        var (order, heads): ([ClusterID], [ClusterID: ClusterID]) = ([], [:])
        var waiting: [ClusterID] = Array(roots.sorted().reversed())
        while let next = waiting.popLast() {
            order.append(next)
            let born = children[next] ?? []
            for child in born { heads[child] = heads[next] ?? next }
            waiting += born.sorted().reversed()
        }
        (self.order, self.roots) = (order, heads)
        places = Dictionary(order.enumerated().map { ($1, $0) }) { first, _ in first }
    }

    /// Returns the ids in this order. 0, which means unassigned, is last.
    func sorted(_ ids: some Sequence<ClusterID>) -> [ClusterID] {
        ids.sorted { (place($0), $0) < (place($1), $1) }
    }

    /// Returns the cluster from which a cluster descends: itself, if it was split off no other one that is known.
    func root(of id: ClusterID) -> ClusterID { roots[id] ?? id }

    private func place(_ id: ClusterID) -> Int { places[id] ?? .max }
}
