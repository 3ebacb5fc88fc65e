import ShoalSchemas

/// The clusters as seen by a subscriber that has read all changes. Members are counted from their changes, and the
/// topics of a cluster are the last published ones.
struct ClusterTable {
    struct Row {
        var id: UInt32
        var members = 0
        var topics: [String] = []
        /// The number of members at the end of the previous epoch.
        var before = 0
        /// The number of members that the cluster's creation announced. They join when partitions open an epoch with
        /// its model, some epochs later. Nil once enough have joined for a cluster that is published.
        var announced: Int64?
        /// The number of epochs that ended while its members were announced.
        fileprivate var waited = 0
        /// Whether its end was published.
        fileprivate var hasEnded = false
        /// The number of consecutive epochs that ended while it had no members and its end was not published.
        fileprivate var silent = 0
    }

    /// A cluster that disappeared from the published changes without a published end.
    struct Silence: Equatable {
        var cluster: UInt32
        var topics: [String]
    }

    /// Changes by kind.
    private(set) var counts: [ClusterChange.Kind: Int] = [:]
    /// XOR of the ids of all changes, which does not depend on their order.
    private(set) var fingerprint: UInt128 = 0
    /// Each member's cluster.
    private(set) var homes: [UInt128: UInt32] = [:]
    /// Clusters that disappeared without a published end and have not reappeared.
    private(set) var silenced: Set<UInt32> = []
    private var found: [UInt32: Row] = [:]
    private var seen: Set<UInt128> = []

    /// The number of epochs for which a cluster's announced members are awaited.
    private static let patience = 4

    /// The clusters with actual or announced members, by id, without those that have ended, whose last members are still
    /// moving. When a cluster becomes too small to be published, changes that remove all of its members are published,
    /// but its end is not.
    var rows: [Row] {
        found.values.filter { !$0.hasEnded && ($0.announced != nil || $0.members > 0) }.sorted { $0.id < $1.id }
    }

    /// Clusters with members, without those that have ended.
    var clusters: Int { found.values.count { $0.members > 0 && !$0.hasEnded } }

    var changes: Int { seen.count }

    func count(_ kinds: ClusterChange.Kind...) -> Int {
        kinds.reduce(0) { $0 + (counts[$1] ?? 0) }
    }

    /// The last published topics of a cluster.
    func topics(of cluster: UInt32) -> [String] { found[cluster]?.topics ?? [] }

    /// - Returns: False for a repeated change.
    mutating func take(_ change: ClusterChange) -> Bool {
        guard seen.insert(change.id).inserted else { return false }
        fingerprint ^= change.id
        counts[change.kind, default: 0] += 1
        if let member = change.member {
            move(member, to: change.kind == .memberErased ? 0 : change.to)
            return true
        }
        var row = found[change.cluster] ?? Row(id: change.cluster)
        switch change.kind {
        case .clusterCreated: row.announced = row.members == 0 ? change.members : nil
        case .clusterMerged, .clusterRetired: (row.announced, row.hasEnded) = (nil, true)
        default: break
        }
        if !change.leadingTopics.isEmpty { row.topics = change.leadingTopics }
        found[change.cluster] = row
        return true
    }

    private mutating func move(_ member: UInt128, to cluster: UInt32) {
        if let old = homes[member] { found[old]?.members -= 1 }
        homes[member] = cluster == 0 ? nil : cluster
        guard cluster != 0 else { return }
        found[cluster, default: Row(id: cluster)].members += 1
        if let row = found[cluster], let announced = row.announced,
            row.members >= min(Int(announced), Int(DemoScenario.minClusterSize))
        {
            found[cluster]?.announced = nil
        }
        found[cluster]?.silent = 0
        silenced.remove(cluster)
    }

    /// Records the end of an epoch, from which trends are measured.
    /// - Parameter isLast: Whether no change follows.
    /// - Returns: The clusters that disappeared without a published end.
    mutating func endEpoch(isLast: Bool = false) -> [Silence] {
        var silences: [Silence] = []
        for id in found.keys.sorted() {
            guard var row = found[id] else { continue }
            if row.announced != nil {
                row.waited += 1
                if row.waited > Self.patience { row.announced = nil }
            }
            // The end of a cluster may be read after the moves of its members.
            row.silent = row.members == 0 && row.announced == nil && !row.hasEnded ? row.silent + 1 : 0
            if row.silent >= (isLast ? 1 : 2), !silenced.contains(id) {
                silenced.insert(id)
                silences.append(Silence(cluster: id, topics: row.topics))
            }
            row.before = row.members
            found[id] = row
        }
        return silences
    }
}
