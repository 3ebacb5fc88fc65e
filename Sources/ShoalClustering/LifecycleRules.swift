/// The parameters of the rules that have changed between releases. A model records their version. An application keeps its
/// rules until `settings.revision` is raised, and an application of rules that this program does not have is refused.
public struct LifecycleRules: Equatable, Sendable {
    /// The version, as models record it. A change of the parameters needs a new one, and `init(_:)` has the values of
    /// the versions before.
    public let version: Int64
    /// The minimum ρ of a split, and the maximum ρ of a merge. The gap keeps a merge from undoing a split.
    package var split = 0.19
    package var merge = 0.16
    /// The minimum ρ of a swap's split, unless the pair is superfluous. 0: no minimum.
    package var swapSplit = 0.19
    /// The number of models that a seed waits for more than `clusters.seed-members` viewers, at most.
    package var seedWait: Int64 = 3
    /// The number of models that the first automatic seed waits for an audience that grows, at most.
    package var firstWait: Int64 = 1
    /// The number of viewers from which on an automatic seed may be final.
    package var fullSeed: Int64 = 2_000
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
    package var hysteresis: Int64 = 40
    package var far: Int64 = 0
    package var joins: Int64 = 500
    package var leaves: Int64 = 400
    /// The additional advantage of a return is J divided by this number.
    package var returningDivisor: Int64 = 7

    /// The number of erased members of a partition that are published together, and the event time in ms after which fewer
    /// are.
    package var erasedTogether = 8
    package var erasureWait: Int64 = 604_800_000

    /// Whether topics that go with a category of the policy are neutralized (`protect = neutralize`).
    package var neutralizes = true

    /// Whether models record the lineage that changes have announced.
    package var recordsLineage = true

    private init(_ version: Int64) {
        self.version = version
        neutralizes = version >= 9
        recordsLineage = version >= 9
    }

    /// The rules of the previous release, which its applications keep until `settings.revision` is raised.
    public static let previous = LifecycleRules(8)

    /// The rules of this release, with which new applications begin.
    public static let current = LifecycleRules(9)

    /// Returns the rules of a version, or `nil` if this program cannot continue with them.
    public init?(version: Int64) {
        guard (Self.previous.version...Self.current.version).contains(version) else { return nil }
        self.init(version)
    }
}
