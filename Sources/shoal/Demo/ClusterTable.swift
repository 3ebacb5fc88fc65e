import Schemas

/// The clusters as a subscriber knows them who has read all changes: who is where is counted, what a cluster is about is
/// what was last published of it.
struct ClusterTable {
    struct Row {
        var id: UInt32
        var members = 0
        var topics: [String] = []
        /// Members when the last epoch ended.
        var before = 0
        /// It has been created, and its first members are about to be announced.
        var isExpected = false
    }

    /// Changes by kind.
    private(set) var counts: [ClusterChange.Kind: Int] = [:]
    /// XOR of the ids of all changes: the same for the same changes in any order.
    private(set) var fingerprint: UInt128 = 0
    /// Each member's cluster.
    private(set) var homes: [UInt128: UInt32] = [:]
    private var found: [UInt32: Row] = [:]
    private var seen: Set<UInt128> = []

    /// Those with members, or about to have some, by id. A cluster that becomes too small to be shown loses all of its
    /// members for the outside, and its end is not told.
    var rows: [Row] {
        found.values.filter { $0.isExpected || $0.members > 0 }.sorted { $0.id < $1.id }
    }

    var changes: Int { seen.count }

    func count(_ kinds: ClusterChange.Kind...) -> Int {
        kinds.reduce(0) { $0 + (counts[$1] ?? 0) }
    }

    /// - Returns: false: it has been taken before.
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
        case .clusterCreated: row.isExpected = row.members == 0
        case .clusterMerged, .clusterRetired: row.isExpected = false
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
        found[cluster]?.isExpected = false
    }

    /// Trends are measured from here.
    mutating func endEpoch() {
        for (id, row) in found { found[id]?.before = row.members }
    }
}
