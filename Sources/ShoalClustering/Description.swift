/// The published description of a cluster: size, cohesion, leading topics, and branches. It never contains a name or a
/// sensitive topic.
public struct Description: Equatable, Sendable {
    public var members: Int64
    /// The mean similarity of the members to the centroid, Q30.
    public var cohesion: Int64
    /// The topics with the highest lift over all viewers, in descending order, at most five.
    public var leading: [TopicNumber]
    /// The next topics by lift, at most three.
    public var branchTopics: [TopicNumber]
    /// The other published clusters with the most similar centroids, in descending order, at most three.
    public var branchClusters: [ClusterID]

    static let mostLeading = 5
    static let mostBranches = 3

    /// Values that all descriptions of a model share.
    struct Context {
        let model: Model
        /// The sums of all viewers, by topic.
        let totals: [Int64]
        /// The members that count as a published cluster's, by its id: its own, and those of suppressed clusters.
        let members: [ClusterID: Int64]

        init(_ model: Model) {
            self.model = model
            var totals = [Int64](repeating: 0, count: model.vocabulary.entries.count)
            for sums in [model.unassigned.sums] + model.clusters.map(\.sums.sums) {
                for entry in sums where Int(entry.topic) < totals.count { totals[Int(entry.topic)] += entry.value }
            }
            self.totals = totals
            var members: [ClusterID: Int64] = [:]
            for cluster in model.clusters { members[cluster.publishedCluster, default: 0] += cluster.sums.count }
            self.members = members
        }

        /// Whether the policy allows to name a topic of the vocabulary.
        func tells(_ topic: TopicNumber) -> Bool {
            let policy = model.settings.policy
            guard !policy.isEmpty, Int(topic) < model.vocabulary.entries.count else { return true }
            let entry = model.vocabulary.entries[Int(topic)]
            return !entry.isRemoved && !entry.isCompanion && policy.tells((entry.name ?? [])[...])
        }
    }

    /// Describes a cluster. Computes one product of centroids for each other published cluster.
    init(of cluster: Cluster, _ context: Context) {
        let own = cluster.sums.count
        members = context.members[cluster.id] ?? own
        let norm = UInt128(context.model.countedNorm(cluster.sums))
        cohesion = own > 0 ? Int64(min(norm * (1 << 15) / UInt128(own), 1 << 30)) : 0
        let ranked = Self.ranked(cluster, context)
        leading = Array(ranked.prefix(Self.mostLeading))
        branchTopics = Array(ranked.dropFirst(Self.mostLeading).prefix(Self.mostBranches))
        branchClusters = Self.nearest(cluster, context.model)
    }

    /// Returns only the leading topics.
    static func leading(of cluster: Cluster, _ context: Context) -> [TopicNumber] {
        Array(ranked(cluster, context).prefix(mostLeading))
    }

    /// Returns the topics by lift over all viewers. Topics must have 2 % of the cluster's sum and enough viewers.
    private static func ranked(_ cluster: Cluster, _ context: Context) -> [TopicNumber] {
        let (model, totals) = (context.model, context.totals)
        let all = cluster.sums.sums.reduce(Int64(0)) { $0 + $1.value }
        let least = Int64(32_767 * 2 * model.settings.topicsMinViewers)
        let carried = cluster.sums.sums.filter { entry in
            model.isTopic(entry.topic) && model.vocabulary.entries[Int(entry.topic)].name != nil
                && entry.value >= least && UInt128(entry.value.magnitude) * 50 >= UInt128(all.magnitude)
                && context.tells(entry.topic)
        }
        // The other factors of the lift are equal for all topics of a cluster, so S_kt / S_t is compared as a fraction.
        return carried.sorted { left, right in
            let first = UInt128(left.value.magnitude) * UInt128(totals[Int(right.topic)].magnitude)
            let second = UInt128(right.value.magnitude) * UInt128(totals[Int(left.topic)].magnitude)
            return first != second ? first > second : left.topic < right.topic
        }.map(\.topic)
    }

    private static func nearest(_ cluster: Cluster, _ model: Model) -> [ClusterID] {
        // Centroids have equal length except for rounding, so products give the same order as cosines.
        let others = model.clusters.filter { $0.isPublished && $0.id != cluster.id }
        let ranked = others.map { (product: product(cluster.centroid, $0.centroid), id: $0.id) }
        return ranked.filter { $0.product > 0 }
            .sorted { $0.product != $1.product ? $0.product > $1.product : $0.id < $1.id }
            .prefix(mostBranches).map(\.id)
    }

    /// Returns the sum of the products of common topics, Q30.
    static func product(_ left: [Component], _ right: [Component]) -> UInt64 {
        var sum: UInt64 = 0
        left.forEachCommon(with: right) { sum += UInt64($0.value) * UInt64($1.value) }
        return sum
    }
}

extension Model {
    /// Returns the names of topics. Topics whose names are not yet known are left out.
    package func names(_ topics: [TopicNumber]) -> [String] {
        topics.compactMap { topic in
            guard Int(topic) < vocabulary.entries.count else { return nil }
            return vocabulary.entries[Int(topic)].name.map { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// Returns the current descriptions of the published clusters, by id.
    public func descriptions() -> [(cluster: ClusterID, description: Description)] {
        let context = Description.Context(self)
        return clusters.filter(\.isPublished).map { ($0.id, Description(of: $0, context)) }
    }
}
