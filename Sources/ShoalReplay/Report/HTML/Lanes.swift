internal import ShoalClustering

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
