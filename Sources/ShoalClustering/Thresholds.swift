/// The thresholds of a model's scores in Q30, relative to J, the mean similarity of members to their own centroids.
struct Thresholds: Sendable {
    /// The score from which on a member joins a cluster, and the score below which it leaves its own.
    let joins: Int64
    let leaves: Int64
    /// The additional advantage required for a return to the previous cluster.
    let returning: Int64
    /// The required advantage of another cluster, by column of the member's own one.
    let hysteresis: [Int64]

    /// - Parameters:
    ///   - mean: J, Q30.
    ///   - nearest: The similarity of each column's centroid to the nearest other one, Q30; empty if `rules.far` is 0.
    init(mean: Int64, nearest: [Int64], columns: Int, _ rules: LifecycleRules) {
        joins = mean * rules.joins / 1_000
        leaves = mean * rules.leaves / 1_000
        returning = mean / rules.returningDivisor
        let least = mean * rules.hysteresis / 1_000
        // Clusters that are far apart can have a large hysteresis: few members are between them, and these would move
        // often. Between close clusters it would keep many members in the wrong one.
        guard rules.far > 0 else {
            hysteresis = Array(repeating: least, count: columns)
            return
        }
        hysteresis = nearest.map { similarity in
            let distance = max((1 << 30) - similarity, 0)
            let square = (distance * distance) >> 30
            let fourth = (square * square) >> 30
            return max(least, ((mean * fourth) >> 30) * rules.far / 1_000)
        }
    }
}
