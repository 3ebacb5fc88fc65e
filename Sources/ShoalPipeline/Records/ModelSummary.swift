internal import ShoalClustering
internal import ShoalSchemas

/// What a record of the model topic tells of its model in clear, for `shoal status`: settings, and counts that are
/// rounded so that they tell nothing of fewer than `privacy.min-cluster-size` members.
struct ModelSummary: Equatable, Sendable {
    var rules: Int64
    /// Without the lists of topics and of input fields, and without the policy.
    var settings: Settings
    /// How many models with epoch deltas there have been.
    var ticks: Int64
    /// The number of topics in the vocabulary.
    var topics: Int64
    /// The number of published clusters.
    var published: Int64
    /// The lower bound of the number of suppressed clusters: 0, 1 or 5.
    var suppressed: Int64
    /// The number of members in clusters, and of eligible members in none, rounded down to a multiple of
    /// `privacy.min-cluster-size`.
    var members: Int64
    var unassigned: Int64
}

extension ModelSummary {
    init(_ model: Model) {
        rules = model.rules.version
        settings = model.settings
        settings.sensitiveTopics = []
        settings.policy = .none
        settings.optedOut = []
        settings.fixed.inputMapping = []
        ticks = model.ticks
        topics = Int64(model.vocabulary.entries.count { !$0.isRemoved })
        let active = model.clusters.filter(\.isActive)
        published = Int64(active.count(where: \.isPublished))
        suppressed = Int64(SuppressedCount.bound(active.count - Int(published)))
        let step = max(model.settings.minClusterSize, 1)
        members = model.clusters.reduce(0) { $0 + $1.sums.count } / step * step
        unassigned = model.unassigned.count / step * step
    }
}
