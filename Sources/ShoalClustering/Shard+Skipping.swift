extension Shard {
    /// Returns whether the member provably stays in its cluster after the event that changed its direction from
    /// `before`. The own score, the rival's, and the scores of clusters that moved far are exact. All others are
    /// bounded.
    ///
    /// For any α, x'·C = α x·C + (x' − α x)·C ≤ α b + Σ_t max(x'_t − α x_t, 0) · max_k C_t,k. An event shrinks the
    /// other entries by a common factor, so with α near it only the event's topics remain. In integers, rounded up.
    mutating func stays(_ slot: Int, in cluster: ClusterID) -> Bool {
        let bound = members.slots[slot].bound
        guard bound.rest != ScoreBound.unknown, let growth = drift.growth(since: bound.stamp) else { return false }
        let range = members.range(slot)
        let own = cluster == 0 ? nil : current.column(of: cluster)
        guard cluster == 0 || own != nil else { return false }
        let rival = current.column(of: bound.rival)
        // Not a method of the shard, because calling it here would copy the shard.
        let outcome = before.outcome(
            Int64(bound.rest) + growth * DirectionBefore.longest, members, range, current, own: own, rival: rival)
        // The maximum for any other score.
        let limit = own.map { outcome.own + current.thresholds.hysteresis[$0] } ?? current.thresholds.joins - 1
        guard own == nil || outcome.own >= current.thresholds.leaves else { return false }
        guard outcome.rest <= limit, rival == nil || outcome.rival <= limit else { return false }
        var rest = outcome.rest
        if bound.stamp != drift.number {
            // A closure here would copy the shard.
            for step in drift.steps(since: bound.stamp) {
                for far in step.far where far != cluster && far != bound.rival {
                    guard let column = current.column(of: far) else { continue }
                    rest = max(rest, current.score(members, range, of: column))
                }
            }
            guard rest <= limit else { return false }
        }
        let renewed = ScoreBound(rival: bound.rival, rest: Int32(clamping: rest), stamp: drift.number)
        members.update(slot) { $0.bound = renewed }
        return true
    }
}
