/// The members that are scored at the end of an epoch (eligible and recently active), with their ground truth. All
/// arrays have one length.
public struct EpochView: Sendable {
    /// The epoch, from 0.
    public var epoch: Int
    /// The version of the model that the assignments refer to.
    public var version: Int
    public var viewers: [Int] = []
    /// The cluster of each member; 0 for unassigned.
    public var labels: [Int32] = []
    /// The true group of each member.
    public var groups: [Int32] = []
    /// Whether each member belongs to one group only.
    public var isPure: [Bool] = []
    public var points: Points
    /// The clusters of the newest model.
    public var active: Set<Int32> = []
    /// n_min: the size of the smallest cluster that the engine creates.
    public var leastMembers = 40

    public init(epoch: Int, version: Int, dimension: Int) {
        self.epoch = epoch
        self.version = version
        points = Points(dimension: dimension)
    }

    /// The clusters of viewers with one group.
    public var pure: [Int] { labels.indices.filter { isPure[$0] } }

    /// The agreement of clusters and groups over viewers with one group. The unassigned count as a group.
    public var agreement: Agreement {
        let pure = pure
        return Agreement(pure.map { groups[$0] }, pure.map { labels[$0] })
    }

    /// The group that most members of each cluster belong to. Ties go to the lower group.
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
