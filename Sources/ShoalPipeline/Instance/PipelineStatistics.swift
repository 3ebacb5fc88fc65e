internal import ShoalClustering
internal import ShoalSchemas
import Synchronization

/// The counters and state of an instance for log, metrics, probes and demo. They never contain viewer data.
public final class PipelineStatistics: Sendable {
    /// A partition's state at its last commit point.
    public struct Partition: Sendable {
        /// The next offset to handle.
        public var offset: Int64 = 0
        /// The last known high watermark.
        public var high: Int64?
        /// The time of the last event, in ms since 1970, limited to the open epoch; `nil` before the first one.
        public var eventTime: Int64?
        /// The open epoch; `nil` in genesis.
        public var epoch: Int64?
        /// The version of the current model; `nil` for the genesis model.
        public var model: Int64?
        /// The version of the awaited model; `nil` for none.
        public var neededModel: Int64?
        public var members = 0
        public var eligible: Int64 = 0
        public var events: Int64 = 0
        public var duplicates: Int64 = 0
        public var late: Int64 = 0
        public var early: Int64 = 0
        public var sensitiveTopics: Int64 = 0

        public var isWaiting: Bool { neededModel != nil }
        /// The number of records to be handled; `nil` if unknown.
        public var lag: Int64? { high.map { max($0 - offset, 0) } }
    }

    public struct Snapshot: Sendable {
        public var partitions: [Int32: Partition] = [:]
        public var rejected: [String: Int64] = [:]
        /// Records whose key belongs to another partition.
        public var misplaced: Int64 = 0
        public var totals = Totals()
        public var changeCounts = ChangeCounts()
        public var commits: Int64 = 0
        public var aborts: Int64 = 0
        /// The version of the last model read; `nil` if there is only the genesis model.
        public var model: Int64?
        /// The number of published clusters in that model, the lower bound of that of suppressed ones (0, 1 or 5), and
        /// members, rounded down to a multiple of `privacy.min-cluster-size`.
        public var clusters = 0
        public var suppressedClusters = 0
        public var clusteredMembers: Int64 = 0
        public var unassigned: Int64 = 0
        public var topics = 0
        /// The settings of that model; `nil` if none has been read.
        public var modelSettings: ModelSettings?
        /// The partitions that the next model waits for while others are ahead; `nil` if this instance is not the
        /// coordinator.
        public var waitedFor: [Int32]?
        public var state = InstanceState.starting
        /// Whether the first take-over has been completed.
        public var hasStarted = false
        /// The number of assigned partitions.
        public var assigned = 0
        public var assignments: Int64 = 0
        public var restores: [Int32: RestoreProgress] = [:]
        /// The saved state of the assigned partitions.
        public var saved: [Int32: SavedState] = [:]
        public var saves = SaveCounts()
        /// Members of the consumer group that are not instances of Shoal.
        public var foreignMembers: [ForeignMember] = []
        /// The members that a rebalance waits for; nil if it does not wait, or if they are unknown.
        public var groupWait: GroupWait?
        /// The last answer of the brokers.
        public var brokers = BrokerContact()

        /// Creates empty statistics.
        public init() {}

        public var changes: Int64 { changeCounts.total }
        public var events: Int64 { partitions.values.reduce(0) { $0 + $1.events } }
        public var duplicates: Int64 { partitions.values.reduce(0) { $0 + $1.duplicates } }
        public var late: Int64 { partitions.values.reduce(0) { $0 + $1.late } }
        public var early: Int64 { partitions.values.reduce(0) { $0 + $1.early } }
        /// The counts by reason, such as `bad_json=3 key_mismatch=1`; empty if there are none.
        public var rejections: String {
            rejected.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        }
        public var members: Int { partitions.values.reduce(0) { $0 + $1.members } }
        public var eligible: Int64 { partitions.values.reduce(0) { $0 + $1.eligible } }
    }

    /// The settings in a model that operators compare.
    public struct ModelSettings: Equatable, Sendable {
        public var revision: Int64
        /// `topics.max`.
        public var topicsMax: Int
    }

    /// The time and content of the last answer of a broker.
    public struct BrokerContact: Sendable {
        /// Milliseconds of a monotonic clock; the start of the process before the first answer.
        var answered = Monotonic.now
        /// The number of input partitions; `nil` if unknown.
        public var inputPartitions: Int32?

        /// Seconds since the last answer.
        public var silence: Double { Double(max(Monotonic.now - answered, 0)) / 1_000 }
    }

    private struct State {
        var snapshot = Snapshot()
        /// The counters of each shard that the totals already include.
        var counted: [Int32: Shard<KeyedTopics>.Counters] = [:]
        /// When a warning about misplaced records is due, and how many the last one knew of.
        var misplacedWarning: (due: Int64, told: Int64) = (.min, 0)
    }

    public let heartbeats: Heartbeats
    private let state = Mutex(State())
    private let stageTimes = Mutex(StageTimes())

    public init(heartbeats: Heartbeats = Heartbeats()) {
        self.heartbeats = heartbeats
    }

    public var snapshot: Snapshot { state.withLock { $0.snapshot } }
    public var times: StageTimes { stageTimes.withLock { $0 } }

    func record(_ stage: StageTimes.Stage, _ time: Duration) {
        stageTimes.withLock { $0.record(stage, time) }
    }

    /// Changes the snapshot.
    func change(_ body: (inout Snapshot) -> Void) {
        state.withLock { body(&$0.snapshot) }
    }

    /// Starts counting a shard. Counts from before are not included.
    /// - Parameter origin: The offset from which the input was read for the restore.
    func begin(_ partition: Int32, _ shard: borrowing Shard<KeyedTopics>, from origin: Int64) {
        let counters = shard.counters
        state.withLock { state in
            state.counted[partition] = counters
            state.snapshot.saved[partition, default: SavedState()].restoreOffset = origin
        }
    }

    func update(_ partition: Int32, _ found: Partition, _ shard: borrowing Shard<KeyedTopics>, isReplaying: Bool) {
        let counters = shard.counters
        state.withLock { state in
            let before = state.snapshot.partitions[partition]
            state.snapshot.partitions[partition] = found
            if found.high == nil { state.snapshot.partitions[partition]?.high = before?.high }
            guard !isReplaying else { return }
            state.snapshot.totals.add(counters, since: state.counted[partition] ?? .init())
            state.counted[partition] = counters
        }
    }

    /// Counts records whose key belongs to another partition.
    /// - Parameters:
    ///   - count: how many.
    ///   - now: milliseconds of a monotonic clock.
    /// - Returns: how many there were since the last warning, if another one is due: one a minute.
    func countMisplaced(_ count: Int, _ now: Int64) -> Int64? {
        state.withLock { state in
            state.snapshot.misplaced += Int64(count)
            guard now >= state.misplacedWarning.due else { return nil }
            defer { state.misplacedWarning = (now + 60_000, state.snapshot.misplaced) }
            return state.snapshot.misplaced - state.misplacedWarning.told
        }
    }

    /// Removes the partitions after they have been released. Totals remain.
    func forgetPartitions() {
        state.withLock { state in
            state.counted = [:]
            state.snapshot.partitions = [:]
            state.snapshot.restores = [:]
            state.snapshot.saved = [:]
            state.snapshot.waitedFor = nil
            state.snapshot.assigned = 0
        }
    }
}
