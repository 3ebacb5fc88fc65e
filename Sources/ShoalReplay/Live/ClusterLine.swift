internal import ShoalClustering

/// What was told of one published cluster, model by model.
struct ClusterLine: Sendable {
    /// What a model told. Topics are numbers of `ToldTopicNames`.
    struct Entry: Sendable {
        var version: Epoch
        var members: Int64
        /// The most members until then.
        var peak: Int64
        /// Millionths.
        var cohesion: Int32
        private var leadingCount: UInt8 = 0
        private var branchCount: UInt8 = 0
        private var neighbourCount: UInt8 = 0
        private var topics = InlineArray<8, UInt32>(repeating: 0)
        private var neighbours = InlineArray<3, ClusterID>(repeating: 0)

        init(version: Epoch, members: Int64, peak: Int64, cohesion: Int32) {
            (self.version, self.members, self.peak, self.cohesion) = (version, members, peak, cohesion)
        }

        /// - Parameters: at most five topics, three branches and three neighbours.
        mutating func describe(_ leading: [UInt32], _ branches: [UInt32], _ clusters: [ClusterID]) {
            (leadingCount, branchCount) = (UInt8(leading.count), UInt8(branches.count))
            for (place, topic) in (leading + branches).enumerated() { topics[place] = topic }
            neighbourCount = UInt8(clusters.count)
            for (place, cluster) in clusters.enumerated() { neighbours[place] = cluster }
        }

        var leading: [UInt32] { (0..<Int(leadingCount)).map { topics[$0] } }
        var branches: [UInt32] { (0..<Int(branchCount)).map { topics[Int(leadingCount) + $0] } }
        var branchClusters: [ClusterID] { (0..<Int(neighbourCount)).map { neighbours[$0] } }
    }

    /// The end of a cluster, or its return.
    private struct Turn: Sendable {
        var version: Epoch
        var isEnd: Bool
        var survivor: ClusterID
    }

    private let id: ClusterID
    private let created: Epoch
    private let origin: String
    private let parent: ClusterID
    private(set) var entries: [Entry] = []
    private var turns: [Turn] = []

    init(id: ClusterID, created: Epoch, origin: String, parent: ClusterID) {
        (self.id, self.created, self.origin, self.parent) = (id, created, origin, parent)
    }

    mutating func add(_ entry: Entry) { entries.append(entry) }

    mutating func take(_ change: ReplayReport.Lifecycle) {
        let isEnd = change.kind == "cluster_merged" || change.kind == "cluster_retired"
        guard isEnd || change.kind == "cluster_created" else { return }
        turns.append(
            Turn(version: change.version, isEnd: isEnd, survivor: change.kind == "cluster_merged" ? change.other : 0))
    }

    /// Whether the cluster ended before a version.
    func hasEnded(before version: Epoch) -> Bool { turns.last.map { $0.isEnd && $0.version < version } ?? false }

    /// Forgets what was told before a version, but for the last of it. It may forget it later, in one go.
    mutating func forget(before version: Epoch) {
        let old = entries.partitioningIndex { $0.version >= version }
        if old > 256 { entries.removeFirst(old - 1) }
    }

    /// Rounds down again.
    mutating func round(_ rounded: (Int64) -> Int64) {
        for place in entries.indices {
            entries[place].members = rounded(entries[place].members)
            entries[place].peak = rounded(entries[place].peak)
        }
    }

    /// Returns the cluster as it was told after a model; nil if none had told of it.
    func cluster(at version: Epoch, _ names: ToldTopicNames) -> ReplayReport.Cluster? {
        let next = entries.partitioningIndex { $0.version > version }
        guard next > 0 else { return nil }
        let entry = entries[next - 1]
        var cluster = ReplayReport.Cluster(id: id, created: created, origin: origin, parent: parent)
        (cluster.members, cluster.peak, cluster.cohesion) = (entry.members, entry.peak, Int64(entry.cohesion))
        cluster.leadingTopics = entry.leading.compactMap { names[$0] }
        cluster.branchTopics = entry.branches.compactMap { names[$0] }
        cluster.branchClusters = entry.branchClusters
        if let turn = turns.last(where: { $0.version <= version }), turn.isEnd {
            (cluster.ended, cluster.survivor) = (turn.version, turn.survivor)
        }
        return cluster
    }
}
