/// Members of one published cluster that are published in another one from a model on, because the lifecycle of clusters
/// moved them. There are enough of them, so that the move tells of no small group.
public struct PublishedMove: Equatable, Sendable {
    /// The cluster in which they were published; 0 for none.
    public var from: ClusterID
    public var to: ClusterID
    public var reason: Reason
    /// The version of the deciding model.
    public var version: Epoch

    /// The clusters between which members move.
    struct Pair: Hashable {
        var from: ClusterID
        var to: ClusterID
    }

    var pair: Pair { Pair(from: from, to: to) }

    public init(from: ClusterID, to: ClusterID, reason: Reason, version: Epoch) {
        self.from = from
        self.to = to
        self.reason = reason
        self.version = version
    }
}

extension Model {
    /// Removes moves that every shard has carried out.
    mutating func forgetMoves(through version: Epoch?) {
        guard let version else { return }
        moves.removeAll { $0.version <= version }
    }

    /// Whether a move by the lifecycle is published: with at least 1.25 times `privacy.min-cluster-size` members, since
    /// some may leave before it is carried out.
    func publishesMove(of count: Int64) -> Bool {
        // 1.25 times as an exact fraction.
        publishesEveryMove || 4 * count >= 5 * settings.minClusterSize
    }

    /// Whether no group is too small.
    var publishesEveryMove: Bool { settings.minClusterSize <= 1 }

    /// Returns the cluster in which a member of a cluster belongs for subscribers; 0 for none. A member that has never been
    /// published joins a cluster only once it is published itself. One that is in no cluster any more stays where it was
    /// published: leaving would tell that its new taste is that of few.
    /// - Parameter published: The cluster in which the member was last published; 0 for none.
    func home(of cluster: ClusterID, published: ClusterID) -> ClusterID {
        guard cluster != 0, cluster != MemberTable.uncounted, let index = index(of: root(of: cluster)) else {
            let home = published == 0 ? 0 : publishedCluster(of: published)
            return home == 0 ? published : home
        }
        let home = clusters[index].publishedCluster
        if published == 0 { return clusters[index].isPublished ? home : 0 }
        return home == 0 ? published : home
    }
}
