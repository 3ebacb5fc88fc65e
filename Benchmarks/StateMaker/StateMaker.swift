import Foundation
internal import ShoalSettings

@testable import ShoalClustering
@testable import ShoalPipeline

/// Creates states with any number of members without Kafka, for the benchmarks.
enum StateMaker {
    private static let names = (0..<64).map { Array("topic \($0)".utf8) }
    private static var genesis: CompiledModel {
        CompiledModel(.genesis(settings: Settings(), topics: names), version: nil)
    }

    /// Returns a shard of members in genesis with profiles of 6 topics each.
    /// - Parameter first: The number of the first member.
    static func shard(members: Int, from first: Int = 0, _ keys: KeyedTopics) -> Shard<KeyedTopics> {
        var shard = Shard(partition: 0, genesis: genesis, keys: keys)
        var changes: [MemberChange] = []
        var event = EngineEvent()
        (event.watched, event.duration, event.time) = (20_000, 30_000, 1_650_000_000_000)
        for member in first..<first + members {
            var mixer = SplitMix64(seed: UInt64(member))
            event.member = UInt128(mixer.next()) << 64 | UInt128(mixer.next())
            event.order = mixer.next()
            event.text.removeAll(keepingCapacity: true)
            event.topics.removeAll(keepingCapacity: true)
            let topics = Int(mixer.next() % 64)
            for topic in 0..<6 {
                let start = event.text.count
                event.text += names[(topics + topic * 7) % 64]
                event.topics.append(.init(name: start..<event.text.count, weight: UInt32(1 << 16 - topic * 5_000)))
            }
            shard.handle(event, offset: Int64(member), changes: &changes)
        }
        return shard
    }

    /// Restores a shard from the decoded state.
    /// - Returns: The number of members.
    static func ready(_ state: inout StateTable, _ key: PrivacyKey) throws -> Int {
        guard let restored = try state.restored() else { return 0 }
        let machine = ShardMachine(
            restoring: restored, partition: 0, model: genesis, keys: KeyedTopics(key),
            output: .init(
                format: .protobuf, key: key, sealer: RecordSealer(key, topic: "bench-deltas", partition: 0),
                memberships: false),
            caughtUp: CaughtUp(timeout: 1_000, now: 0),
            snapshots: SnapshotWriter(interval: 1_000, partition: 0, of: 1, after: state, now: 0))
        return machine.driver.shard.memberCount
    }
}
