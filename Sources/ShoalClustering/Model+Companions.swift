/// The companions of a sensitive category: topics that its viewers watch much more than others do, and which would tell of it.
///
/// With s(t) the share of topic t in a viewer's profile, the lift of t in a category is E[s(t) | viewer of the category] / E[s(t)]. By
/// Bayes' theorem it is also P(viewer of the category | a watch of t, drawn with weight s(t)) / P(viewer of the category): so a cluster
/// of viewers of t has about so many times more viewers of the category than all viewers have.
extension Model {
    /// A topic becomes a companion with a lift above 3/2 in a category, and none with one below 5/4 in all.
    private static let (becomes, stays) = ((3, 2), (5, 4)) as ((UInt128, UInt128), (UInt128, UInt128))
    /// The smallest sum of shares among the viewers of a category by which a topic becomes a companion, in members and epochs.
    private static let leastShare: Int64 = 16
    /// The time in which weights of earlier epochs fall to 1/e, ms: 20 days.
    private static let memory: Int64 = 20 * 86_400_000

    /// The topics that are companions under this model, ascending.
    public var companions: [TopicNumber] {
        vocabulary.entries.indices.filter { vocabulary.entries[$0].isCompanion }.map { TopicNumber($0) }
    }

    /// Adds what viewers watched in the epochs of the deltas.
    mutating func addCategories(_ closings: [EpochDelta]) {
        guard rules.neutralizes, !settings.policy.neutralized.isEmpty else { return }
        let step = UInt128(min(settings.fixed.epochLength, Self.memory))
        func fade(_ value: inout Int64) {
            value -= Int64(UInt128(value.magnitude) * step / UInt128(Self.memory))
        }
        for index in categories.indices {
            fade(&categories[index].viewers)
            for place in categories[index].shares.indices { fade(&categories[index].shares[place].value) }
            categories[index].shares.removeAll { $0.value == 0 }
        }
        for sums in closings.flatMap(\.categories) {
            let index =
                categories.firstIndex { !$0.category.lexicographicallyPrecedes(sums.category) } ?? categories.count
            if index == categories.count || categories[index].category != sums.category {
                categories.insert(CategorySums(category: sums.category, viewers: 0, shares: []), at: index)
            }
            categories[index].viewers = Self.sum(categories[index].viewers, sums.viewers << 15)
            categories[index].shares = categories[index].shares.merged(with: sums.shares, Self.sum)
        }
    }

    private static func sum(_ left: Int64, _ right: Int64) -> Int64 { min(left + right, Limits.shares) }

    /// Decides which topics are companions from this model on.
    mutating func judgeCompanions() {
        let neutralized = rules.neutralizes ? settings.policy.neutralized.map { Array($0.utf8) } : []
        categories.removeAll { !($0.category.isEmpty ? !neutralized.isEmpty : neutralized.contains($0.category)) }
        var (become, stay) = (Set<TopicNumber>(), Set<TopicNumber>())
        if let all = categories.first, all.category.isEmpty {
            for category in categories.dropFirst() where category.viewers >= settings.minClusterSize << 15 {
                category.shares.forEachCommon(with: all.shares) { own, total in
                    func exceeds(_ lift: (UInt128, UInt128)) -> Bool {
                        UInt128(own.value) * UInt128(all.viewers) * lift.1
                            > UInt128(total.value) * UInt128(category.viewers) * lift.0
                    }
                    if own.value >= Self.leastShare << 15, exceeds(Self.becomes) { become.insert(own.topic) }
                    if exceeds(Self.stays) { stay.insert(own.topic) }
                }
            }
        }
        for index in vocabulary.entries.indices {
            let topic = TopicNumber(index)
            let isCompanion = vocabulary.entries[index].isCompanion
            vocabulary.entries[index].isCompanion =
                !vocabulary.entries[index].isRemoved && (become.contains(topic) || isCompanion && stay.contains(topic))
        }
    }
}
