/// The members at the end of an epoch that count for scores, with what is true of them: those who are eligible and were
/// active lately. Arrays of one length.
public struct EpochView: Sendable {
    /// From 0.
    public var epoch: Int
    /// The version of the model that the members are in clusters of.
    public var version: Int
    public var viewers: [Int] = []
    /// The cluster that each is in; 0: unassigned.
    public var labels: [Int32] = []
    /// The true group of each.
    public var groups: [Int32] = []
    /// Whether each belongs to its group alone.
    public var isPure: [Bool] = []
    public var points: Points
    /// The clusters of the newest model.
    public var active: Set<Int32> = []
    /// n_min: the smallest cluster that the engine makes.
    public var leastMembers = 40

    public init(epoch: Int, version: Int, dimension: Int) {
        self.epoch = epoch
        self.version = version
        points = Points(dimension: dimension)
    }

    /// Where viewers of pure taste are.
    public var pure: [Int] { labels.indices.filter { isPure[$0] } }

    /// The agreement of clusters with groups over viewers of pure taste; the unassigned are a group.
    public var agreement: Agreement {
        let pure = pure
        return Agreement(pure.map { groups[$0] }, pure.map { labels[$0] })
    }

    /// The group that most members of each cluster belong to; ties: the lower.
    public var majorities: [Int32: Int32] {
        var counts: [Int32: [Int32: Int]] = [:]
        for (label, group) in zip(labels, groups) where label > 0 {
            counts[label, default: [:]][group, default: 0] += 1
        }
        return counts.mapValues { groups in
            var best: (group: Int32, count: Int) = (-1, 0)
            for group in groups.keys.sorted() {
                let count = groups[group] ?? 0
                if count > best.count { best = (group, count) }
            }
            return best.group
        }
    }
}
