/// Tracks the progress of all partitions by the included epoch deltas. Data that no shard can refer to any more is
/// removed, so that a model does not grow with its age.
extension Model {
    /// Records the latest epoch that each partition has opened. Deltas of the genesis model are skipped, because their
    /// members enter the first epoch with a later model.
    ///
    /// Only partitions ahead of `openedEverywhere` are stored. If all partitions have opened the same epochs, the
    /// content of the model does not depend on their number.
    /// - Parameter partitions: The number of input partitions.
    mutating func noteOpenings(_ epochDeltas: [EpochDelta], partitions: Int) {
        for epochDelta in epochDeltas {
            guard let epoch = epochDelta.from, epoch > openedEverywhere ?? .min else { continue }
            let index = opened.firstIndex { $0.partition >= epochDelta.partition } ?? opened.count
            if index < opened.count, opened[index].partition == epochDelta.partition {
                opened[index].epoch = max(opened[index].epoch, epoch)
            } else {
                opened.insert(PartitionOpening(partition: epochDelta.partition, epoch: epoch), at: index)
            }
        }
        guard opened.count == partitions, let oldest = opened.map(\.epoch).min() else { return }
        openedEverywhere = oldest
        opened.removeAll { $0.epoch == oldest }
    }

    /// The last version with which, or with a later one, every shard has opened an epoch. The state and the deltas of
    /// all shards reflect every decision of this version. Nil until every partition has closed its first epoch.
    ///
    /// A partition that is silent for a long time delays it.
    var knownEverywhere: Epoch? { openedEverywhere.map { $0 - settings.fixed.staleness } }

    /// Removes merges that every shard has applied: no member is in the merged cluster, and no delta names it.
    mutating func forgetMerges(through version: Epoch?) {
        guard let version else { return }
        merged.removeAll { $0.version <= version }
    }
}

/// The latest epoch that a partition is known to have opened.
public struct PartitionOpening: Equatable, Sendable {
    public var partition: Int32
    public var epoch: Epoch

    public init(partition: Int32, epoch: Epoch) {
        self.partition = partition
        self.epoch = epoch
    }
}
