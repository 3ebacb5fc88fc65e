/// When the first clusters are created, and when they are created anew because the audience has grown.
///
/// With `clusters.seed-members=auto`, the first clusters need viewers for two that are published. Of an audience that is
/// still small, the seed is preliminary: whenever the audience has doubled, the clusters are computed anew, until there
/// are enough viewers for `clusters.initial` clusters that are published.
public struct SeedPlan: Sendable {
    private let settings: Settings
    private let rules: LifecycleRules

    public init(_ settings: Settings, _ rules: LifecycleRules) {
        self.settings = settings
        self.rules = rules
    }

    /// Whether the audience decides, and not a given number.
    public var isAutomatic: Bool { settings.seedMembers == .auto }

    /// The number of eligible viewers that the first clusters need.
    public var fewest: Int64 {
        switch settings.seedMembers {
        case .number(let number): Int64(number)
        case .auto: max(2 * settings.minClusterSize, Int64(settings.clustersCount ?? 2) * settings.clustersMinMembers)
        }
    }

    /// Whether clusters of so many viewers are preliminary.
    func isPreliminary(_ viewers: Int64) -> Bool {
        isAutomatic && viewers < max(rules.fullSeed, Int64(settings.clustersInitial) * settings.minClusterSize)
    }

    /// The number of members below which a preliminary cluster is not created, because it would be suppressed. A given
    /// number of clusters may include some that are.
    var publishable: Int64 {
        settings.clustersCount == nil ? max(settings.minClusterSize, settings.clustersMinMembers) : 0
    }
}
