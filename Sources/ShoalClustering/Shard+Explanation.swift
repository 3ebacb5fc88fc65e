/// The values that determine a member's assignment.
public struct MemberExplanation: Equatable, Sendable {
    /// The member's cluster; 0 if eligible and unassigned, `nil` if not eligible.
    public var cluster: ClusterID?
    /// The cluster in which the member belongs for subscribers, and that in which it was last published; 0 for none.
    public var publishedCluster: ClusterID
    public var lastPublished: ClusterID
    public var events: UInt32
    /// The profile's weights, Q16 at its landmark, in descending order.
    public var weights: [(topic: TopicNumber, weight: UInt32)]
    /// The scores of all active clusters, Q30, in descending order.
    public var scores: [(cluster: ClusterID, score: Int64)]
    /// The cluster that the member last moved away from; 0 for none.
    public var previous: ClusterID
    /// Thresholds. The member joins a cluster if the score reaches `joins`. It moves if another score exceeds the own
    /// score by more than the margin, with a larger margin for the previous cluster. It leaves if the own score is
    /// below `leaves`.
    public var joins: Int64
    public var moves: Int64
    public var returns: Int64
    public var leaves: Int64

    public static func == (left: Self, right: Self) -> Bool {
        left.cluster == right.cluster && left.publishedCluster == right.publishedCluster && left.events == right.events
            && left.previous == right.previous && left.weights.elementsEqual(right.weights, by: ==)
            && left.scores.elementsEqual(right.scores, by: ==)
    }
}

extension Shard {
    /// Returns the values that the next decision on a member would use, or `nil` if the member is unknown. Scores every
    /// cluster.
    public func explain(_ member: Pseudonym) -> MemberExplanation? {
        guard let slot = members.find(member) else { return nil }
        let entry = members.slots[slot]
        let range = members.range(slot)
        let cluster = entry.cluster == MemberTable.uncounted ? nil : entry.cluster
        let scores = current.columns.indices
            .map { (cluster: current.columns[$0], score: current.score(members, range, of: $0)) }
            .sorted { ($1.score, $0.cluster) < ($0.score, $1.cluster) }
        let thresholds = current.thresholds
        let own = cluster.flatMap { current.column(of: $0) }
        return MemberExplanation(
            cluster: cluster,
            publishedCluster: cluster.map { current.model.home(of: $0, published: members.published[slot]) } ?? 0,
            lastPublished: members.published[slot], events: entry.events,
            weights: weights(slot), scores: scores, previous: entry.previous, joins: thresholds.joins,
            moves: own.map { thresholds.hysteresis[$0] } ?? 0, returns: thresholds.returning, leaves: thresholds.leaves)
    }
    /// The weights of a member's profile, Q16 at its landmark, in descending order.
    func weights(_ slot: Int) -> [(topic: TopicNumber, weight: UInt32)] {
        members.range(slot).map { (topic: members.topics[$0].number, weight: members.topics[$0].weight) }
            .sorted { ($1.weight, $0.topic) < ($0.weight, $1.topic) }
    }
}
