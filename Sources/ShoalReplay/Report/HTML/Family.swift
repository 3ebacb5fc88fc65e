internal import ShoalClustering

/// The clusters in the order of their lineage: each is placed next to its parent.
struct Family {
    /// All clusters that were ever published.
    let order: [ClusterID]
    private let places: [ClusterID: Int]

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
        var order: [ClusterID] = []
        var waiting: [ClusterID] = Array(roots.sorted().reversed())
        while let next = waiting.popLast() {
            order.append(next)
            waiting += (children[next] ?? []).sorted().reversed()
        }
        self.order = order
        places = Dictionary(order.enumerated().map { ($1, $0) }) { first, _ in first }
    }

    /// Returns the ids in this order. 0, which means unassigned, is last.
    func sorted(_ ids: some Sequence<ClusterID>) -> [ClusterID] {
        ids.sorted { (place($0), $0) < (place($1), $1) }
    }

    private func place(_ id: ClusterID) -> Int { places[id] ?? .max }
}

/// The position of each cluster's line in the map: near its parent's line, in a free lane if there is one nearby.
struct Lanes {
    /// The time span of a cluster's line.
    struct Line {
        var cluster: ReplayReport.Cluster
        var from: Int64
        var to: Int64
        /// Whether the cluster is in the last model.
        var isLiving: Bool
    }

    let lines: [Line]
    private(set) var places: [ClusterID: Int] = [:]
    private(set) var count = 0

    /// - Parameter gap: The minimum distance in milliseconds between two lines in one lane.
    init(_ lines: [Line], gap: Int64) {
        self.lines = lines
        // For each lane, the end of its last line and the clusters in it.
        var lanes: [(until: Int64, users: [ClusterID])] = []
        let sorted = lines.sorted { ($0.from, $0.cluster.id) < ($1.from, $1.cluster.id) }
        for line in sorted {
            let parent = line.cluster.parent == 0 ? nil : lanes.firstIndex { $0.users.contains(line.cluster.parent) }
            let free = lanes.indices.filter { lanes[$0].until + gap <= line.from }
            var place: Int?
            if let parent {
                place = free.filter { abs($0 - parent) <= 3 }.min { (abs($0 - parent), $0) < (abs($1 - parent), $1) }
            } else {
                place = free.first
            }
            if let place {
                lanes[place].until = line.to
                lanes[place].users.append(line.cluster.id)
            } else {
                lanes.insert((line.to, [line.cluster.id]), at: parent.map { $0 + 1 } ?? lanes.count)
            }
        }
        for (place, lane) in lanes.enumerated() {
            for user in lane.users { places[user] = place }
        }
        count = lanes.count
    }
}
