internal import ShoalKafka
import Synchronization

/// The shards of the partitions that this instance has taken over.
final class OwnedShards: Sendable {
    private let shards = Mutex<[Int32: ShardActor]>([:])

    func set(_ owned: [ShardActor]) {
        shards.withLock { $0 = Dictionary(uniqueKeysWithValues: owned.map { ($0.partition, $0) }) }
    }

    subscript(partition: Int32) -> ShardActor? { shards.withLock { $0[partition] } }
}
