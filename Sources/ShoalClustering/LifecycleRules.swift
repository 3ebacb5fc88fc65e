/// The parameters of the rules that have changed between releases. A model records their version, and an application
/// keeps its rules until a higher `settings.revision` takes the current ones.
public struct LifecycleRules: Equatable, Sendable {
    /// The version, as models record it. A change of the parameters needs a new one.
    public let version: Int64
    /// The minimum ρ of a swap's split, unless the pair is superfluous. 0: no minimum.
    package var swapSplit = 0.0
    /// The number of models that a seed waits for more than `clusters.seed-members` viewers, at most.
    package var seedWait: Int64 = 0
    /// Pairs are merged below this share of the typical ρ of a cluster and its nearest neighbour. 0: no such limit.
    package var mergeShare = 0.0
    /// The quantile that is typical, 0 … 1.
    package var mergeQuantile = 0.5
    /// The largest hysteresis and the largest additional advantage of a return, in percent of 1 − J. 0: no limit.
    package var hysteresisGap: Int64 = 0
    package var returningGap: Int64 = 0
    /// The additional advantage of a return is J divided by this number.
    package var returningDivisor: Int64 = 8

    private init(_ version: Int64) {
        self.version = version
    }

    /// The rules of the previous release, for comparisons. No application continues with them: their pseudonyms and the
    /// hashes of topics were made under other keys.
    public static let previous = LifecycleRules(2)

    /// The rules of this release, with which new applications begin.
    public static let current = LifecycleRules(3)

    /// Returns the rules of a version, or `nil` if this program cannot continue with them.
    public init?(version: Int64) {
        guard version == Self.current.version else { return nil }
        self = .current
    }
}
