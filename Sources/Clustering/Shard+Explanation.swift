/// Why a member stands where he stands: what a decision reads.
public struct MemberExplanation: Equatable, Sendable {
    /// The cluster that he is in; 0: eligible and in none; nil: not eligible.
    public var cluster: ClusterID?
    /// What is published of that; 0: nothing.
    public var outside: ClusterID
    public var events: UInt32
    /// The profile's weights, Q16 at its landmark, the largest first.
    public var weights: [(topic: TopicNumber, weight: UInt32)]
    /// Scores of all active clusters, Q30, the best first.
    public var scores: [(cluster: ClusterID, score: Int64)]
    /// The cluster that he last moved away from; 0: none.
    public var previous: ClusterID
    /// What the score of a cluster has to reach for him to join it, and to exceed for him to move: the own score and so much; to
    /// the previous cluster so much more. Below `leaves` he leaves.
    public var joins: Int64
    public var moves: Int64
    public var returns: Int64
    public var leaves: Int64

    public static func == (left: Self, right: Self) -> Bool {
        left.cluster == right.cluster && left.outside == right.outside && left.events == right.events
            && left.previous == right.previous && left.weights.elementsEqual(right.weights, by: ==)
            && left.scores.elementsEqual(right.scores, by: ==)
    }
}

extension Shard {
    /// What the next decision on a member would read; nil: nobody knows him. Scores every cluster.
    public func explain(_ member: Pseudonym) -> MemberExplanation? {
        guard let slot = members.find(member) else { return nil }
        let entry = members.slots[slot]
        let range = members.range(slot)
        let cluster = entry.cluster == MemberTable.uncounted ? nil : entry.cluster
        let weights = range.map { (topic: members.topics[$0].number, weight: members.topics[$0].weight) }
            .sorted { ($1.weight, $0.topic) < ($0.weight, $1.topic) }
        let scores = current.columns.indices
            .map { (cluster: current.columns[$0], score: current.score(members, range, of: $0)) }
            .sorted { ($1.score, $0.cluster) < ($0.score, $1.cluster) }
        return MemberExplanation(
            cluster: cluster, outside: cluster.map { current.model.outside(of: $0) } ?? 0, events: entry.events,
            weights: weights, scores: scores, previous: entry.previous, joins: current.joins,
            moves: current.hysteresis, returns: current.returning, leaves: current.leaves)
    }
}
