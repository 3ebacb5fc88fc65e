import Synchronization

/// The positions of committed transactions, for a broker that accepts them and keeps none: `MockCluster`. The clients
/// that share it see them.
public final class TransactionalOffsets: Sendable {
    private let offsets = Mutex<[TopicPartition: PartitionOffset]>([:])

    public init() {}

    func commit(_ committed: [PartitionOffset]) {
        offsets.withLock { offsets in
            for offset in committed { offsets[offset.partition] = offset }
        }
    }

    func committed(_ partitions: [TopicPartition]) -> [TopicPartition: PartitionOffset] {
        offsets.withLock { offsets in offsets.filter { partitions.contains($0.key) } }
    }
}
