public import ShoalSchemas

/// A record of the output topic.
public typealias ClusterChange = ShoalSchemas.ClusterChange

/// A cluster as seen by a subscriber.
public struct PublishedCluster: Equatable, Sendable {
    public let id: UInt32
    /// The current number of members, counted from member changes.
    public internal(set) var members: Int
    /// The leading topics, as last published.
    public internal(set) var leadingTopics: [String]
    /// The mean cosine of the members to the centroid, in millionths, as last published.
    public internal(set) var cohesion: UInt32
}

/// The state of a subscriber that reads every change.
struct PublishedView {
    private var changes: [ClusterChange] = []
    /// The cluster of each member, by pseudonym.
    private(set) var members: [UInt128: UInt32] = [:]
    private var byID: [UInt32: PublishedCluster] = [:]

    var clusters: [PublishedCluster] { byID.values.sorted { $0.id < $1.id } }

    mutating func takeChanges() -> [ClusterChange] {
        defer { changes = [] }
        return changes
    }

    mutating func apply(_ change: ClusterChange) {
        changes.append(change)
        if let member = change.member {
            members[member] = change.to == 0 ? nil : change.to
            if change.from != 0 { byID[change.from]?.members -= 1 }
            if change.to != 0 { byID[change.to]?.members += 1 }
            return
        }
        switch change.kind {
        case .clusterMerged, .clusterRetired: byID[change.cluster] = nil
        default:
            let before = byID[change.cluster]
            let count = before?.members ?? members.values.count { $0 == change.cluster }
            byID[change.cluster] = PublishedCluster(
                id: change.cluster, members: count, leadingTopics: change.leadingTopics, cohesion: change.cohesion)
        }
    }
}
