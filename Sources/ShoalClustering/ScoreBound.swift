/// Bounds on a member's scores for other clusters. They make a full scan unnecessary for most events.
struct ScoreBound {
    /// The best other cluster at the last full scan; 0 for none.
    var rival: ClusterID = 0
    /// The upper bound on all scores except the own and the rival's, Q30. `unknown` if a scan is required.
    var rest: Int32 = ScoreBound.unknown
    /// The `CentroidDrift.number` for which the bound holds.
    var stamp: UInt32 = 0

    static let unknown = Int32.max
}
