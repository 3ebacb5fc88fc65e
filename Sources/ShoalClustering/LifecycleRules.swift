/// The parameters of the rules that have changed between releases. A model records their version. An application keeps its
/// rules until `settings.revision` is raised, and an application of rules that this program does not have is refused.
public struct LifecycleRules: Equatable, Sendable {
    /// The version, as models record it. A change of the parameters needs a new one, and `init(_:)` has the values of
    /// the versions before.
    public let version: Int64
    /// The minimum ρ of a split, and the maximum ρ of a merge. The gap keeps a merge from undoing a split.
    package var split = 0.2
    package var merge = 0.16
    /// By how much these are lower where clusters are typically far apart, and the typical ρ of a cluster and its nearest
    /// neighbour from which on they begin to be, and are by so much.
    package var nearer = 0.055
    package var nearerMerge = 0.035
    package var nearerFrom = 0.32
    package var nearerTo = 0.38
    /// The minimum ρ of a swap's split, unless the pair is superfluous. 0: no minimum.
    package var swapSplit = 0.2
    /// The number of models that a seed waits for more than `clusters.seed-members` viewers, at most.
    package var seedWait: Int64 = 6
    /// The percentage by which the viewers of a model grow at least as long as a seed waits for `clusters.seed-members`. 0: it
    /// always waits for them.
    package var seedGrowth: Int64 = 0
    /// The number of viewers below which no seed does with fewer than `clusters.seed-members`.
    package var seedFloor: Int64 = 200
    /// Whether clusters that would be suppressed are not created.
    package var createsPublishable = true
    /// Pairs are merged below this share of the typical ρ of a cluster and its nearest neighbour. 0: no such limit.
    package var mergeShare = 0.5
    /// The quantile of these that is typical, 0 … 1.
    package var mergeQuantile = 0.75
    /// The ρ below which pairs are merged whatever is typical.
    package var mergeFloor = 0.05
    /// Whether a seed begins with at most as many clusters as n_min leaves room for.
    package var seedsByMinimum = true
    /// The minimum gain of a refinement without an operation, as a share of the dispersion. 0: there is none.
    package var refine = 0.002
    /// Thresholds of members in thousandths of J: the hysteresis, the same if no other centroid has a common topic with
    /// that of the cluster (0: no more), and the scores from which on members join and stay.
    package var hysteresis: Int64 = 50
    package var far: Int64 = 90
    package var joins: Int64 = 275
    package var leaves: Int64 = 220
    /// The additional advantage of a return is J divided by this number, and at least as many thousandths of J if no other
    /// centroid has a common topic with that of the cluster.
    package var returningDivisor: Int64 = 10
    package var returningFar: Int64 = 700

    /// The number of erased members of a partition that are published together, and the event time in ms after which fewer
    /// are.
    package var erasedTogether = 8
    package var erasureWait: Int64 = 604_800_000

    private init(_ version: Int64) {
        self.version = version
        guard version < 6 else { return }
        (split, nearer, swapSplit) = (0.19, 0, 0.19)
        (seedWait, seedGrowth, createsPublishable) = (3, 0, false)
        (hysteresis, far, joins, leaves, returningDivisor, returningFar) = (40, 0, 500, 400, 7, 0)
    }

    /// The rules of the previous release, which its applications keep until `settings.revision` is raised.
    public static let previous = LifecycleRules(5)

    /// The rules of this release, with which new applications begin.
    public static let current = LifecycleRules(6)

    /// Returns the number of viewers from which on the first clusters can be created: enough for two that can be
    /// published, or `clusters.seed-members` if those are fewer.
    package func fewestToSeed(_ settings: Settings) -> Int64 {
        guard seedGrowth > 0 else { return Int64(settings.seedMembers) }
        let smallest = max(settings.clustersMinMembers, settings.minClusterSize)
        return min(Int64(settings.seedMembers), max(2 * smallest, seedFloor))
    }

    /// Returns the rules of a version, or `nil` if this program cannot continue with them.
    public init?(version: Int64) {
        guard (Self.previous.version...Self.current.version).contains(version) else { return nil }
        self.init(version)
    }
}
