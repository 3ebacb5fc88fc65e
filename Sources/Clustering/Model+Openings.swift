/// How far the shards of all partitions have come, as the closings that a model includes tell: what no shard can name any more
/// is forgotten, so that a model does not grow with its age.
extension Model {
    /// Takes over which epochs the partitions have had open. A closing of genesis tells nothing: its members go on to their first
    /// epoch with a later model.
    ///
    /// Partitions that are equally far leave no trace of their number, so that with given epochs a model has the same content
    /// for any number of partitions.
    /// - Parameter partitions: how many the input has.
    mutating func noteOpenings(_ closings: [Closing], partitions: Int) {
        for closing in closings {
            guard let epoch = closing.from, epoch > openedEverywhere ?? .min else { continue }
            let index = opened.firstIndex { $0.partition >= closing.partition } ?? opened.count
            if index < opened.count, opened[index].partition == closing.partition {
                opened[index].epoch = max(opened[index].epoch, epoch)
            } else {
                opened.insert(PartitionOpening(partition: closing.partition, epoch: epoch), at: index)
            }
        }
        guard opened.count == partitions, let oldest = opened.map(\.epoch).min() else { return }
        openedEverywhere = oldest
        opened.removeAll { $0.epoch == oldest }
    }

    /// The last version that every shard has opened an epoch with, or with a later one: a shard's state and deltas know all
    /// that this model decided. Nil while a partition has not closed its first epoch.
    ///
    /// A partition that has been silent for long holds it back.
    var knownEverywhere: Epoch? { openedEverywhere.map { $0 - settings.fixed.staleness } }

    /// Forgets merges that every shard has carried over: no member is in the merged cluster, and no delta names it.
    mutating func forgetMerges(through version: Epoch?) {
        guard let version else { return }
        merged.removeAll { $0.version <= version }
    }
}

/// An epoch that a partition has had open.
public struct PartitionOpening: Equatable, Sendable {
    public var partition: Int32
    public var epoch: Epoch

    public init(partition: Int32, epoch: Epoch) {
        self.partition = partition
        self.epoch = epoch
    }
}
