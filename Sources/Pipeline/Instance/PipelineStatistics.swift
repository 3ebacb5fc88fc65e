internal import Clustering
internal import Schemas
import Synchronization

/// What the instance counts, for the log and the demo. Never a viewer.
public final class PipelineStatistics: Sendable {
    /// A partition's state at its last mark.
    public struct Partition: Sendable {
        public var offset: Int64 = 0
        /// nil: genesis.
        public var epoch: Int64?
        public var isWaiting = false
        public var members = 0
        public var eligible: Int64 = 0
        public var events: Int64 = 0
        public var duplicates: Int64 = 0
        public var late: Int64 = 0
        public var early: Int64 = 0
        public var sensitiveTopics: Int64 = 0
    }

    public struct Snapshot: Sendable {
        public var partitions: [Int32: Partition] = [:]
        public var rejected: [String: Int64] = [:]
        public var changes: Int64 = 0
        public var commits: Int64 = 0
        public var aborts: Int64 = 0
        /// The last model that was read; nil: none since the genesis model.
        public var model: Int64?
        public var clusters = 0

        /// Nothing has been counted.
        public init() {}

        public var events: Int64 { partitions.values.reduce(0) { $0 + $1.events } }
        public var duplicates: Int64 { partitions.values.reduce(0) { $0 + $1.duplicates } }
        public var late: Int64 { partitions.values.reduce(0) { $0 + $1.late } }
        public var early: Int64 { partitions.values.reduce(0) { $0 + $1.early } }
        /// As `bad_json=3 key_mismatch=1`; empty: none.
        public var rejections: String {
            rejected.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        }
        public var members: Int { partitions.values.reduce(0) { $0 + $1.members } }
        public var eligible: Int64 { partitions.values.reduce(0) { $0 + $1.eligible } }
    }

    private let state = Mutex(Snapshot())

    public init() {}

    public var snapshot: Snapshot { state.withLock { $0 } }

    func count(rejected reason: Rejection) {
        state.withLock { $0.rejected[reason.rawValue, default: 0] += 1 }
    }

    func count(changes: Int) {
        state.withLock { $0.changes += Int64(changes) }
    }

    func countCommit() {
        state.withLock { $0.commits += 1 }
    }

    func countAbort() {
        state.withLock { $0.aborts += 1 }
    }

    func saw(model: Int64?, clusters: Int) {
        state.withLock { state in
            state.model = model
            state.clusters = clusters
        }
    }

    func update(_ partition: Int32, _ shard: borrowing Shard<KeyedTopics>, offset: Int64) {
        let counters = shard.counters
        let found = Partition(
            offset: offset, epoch: shard.openEpoch, isWaiting: shard.neededModel != nil, members: shard.memberCount,
            eligible: counters.eligible, events: counters.events, duplicates: counters.duplicates,
            late: counters.late, early: counters.early, sensitiveTopics: counters.sensitiveTopics)
        state.withLock { $0.partitions[partition] = found }
    }

    /// The partitions belong to somebody else now.
    func forgetPartitions() {
        state.withLock { $0.partitions = [:] }
    }
}
