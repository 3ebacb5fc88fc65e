internal import Clustering
internal import Kafka

/// What a shard tells the statistics, batch by batch: where it is, what it does, and how long that took.
final class ShardGauge {
    private let partition: Int32
    private let statistics: PipelineStatistics
    private let epochLength: Int64
    private var changes = ChangeCounts()
    private var snapshots = SnapshotWriter.Written()
    /// The batch at hand began then; nil: there is none.
    private var began: ContinuousClock.Instant?
    /// Of the batch's time, what was no handling of records.
    private var aside = Duration.zero
    private var looked = ContinuousClock.now
    private var repetitions = RepetitionWatch()
    private let topic: String
    private let log: PipelineLog
    private static let pause = Duration.milliseconds(250)

    init(_ partition: Int32, _ around: ShardActor.Surroundings) {
        self.partition = partition
        statistics = around.statistics
        epochLength = around.options.settings.fixed.epochLength
        (topic, log) = (around.options.topics.input, around.log)
    }

    // MARK: - Restore and beginning

    func restores(_ done: Int64, of total: Int64) {
        statistics.restores(partition, done, of: total)
    }

    /// From now on what the shard counts is news.
    func begin(_ machine: borrowing ShardMachine, from origin: Int64) {
        statistics.begin(partition, machine.shard, from: origin)
        repetitions = RepetitionWatch(machine.shard.counters.events, machine.shard.counters.duplicates)
    }

    // MARK: - Batches

    func beat(_ doing: String) {
        statistics.heartbeats.beat(.partition(partition), doing)
    }

    func startBatch(_ machine: borrowing ShardMachine) {
        beat(machine.isReplaying ? "replaying records" : "handling records")
        (began, aside) = (.now, .zero)
    }

    func endBatch() {
        guard let start = began else { return }
        began = nil
        statistics.record(.handle, ContinuousClock.now - start - aside)
    }

    /// Something begins that is no handling of records, on which others are waited for where `rests` is set.
    func start(_ doing: String, rests: Bool) -> ContinuousClock.Instant {
        if rests {
            statistics.heartbeats.rest(.partition(partition), doing)
        } else {
            beat(doing)
        }
        return .now
    }

    /// It is over.
    func end(_ stage: StageTimes.Stage, since start: ContinuousClock.Instant) {
        let time = ContinuousClock.now - start
        aside += time
        statistics.record(stage, time)
        beat("handling records")
    }

    // MARK: - Position

    /// A step has ended.
    /// - Parameter time: of the last event that was read; nil: there has been none.
    func update(_ machine: borrowing ShardMachine, time: Int64?, reader: WatchedReader) {
        var found = statistics.partition(machine.shard, offset: machine.nextOffset)
        found.high = reader.knownHighWatermark
        found.eventTime = time.map { counted($0, machine.shard.openEpoch) }
        statistics.update(partition, found, machine.shard, isReplaying: machine.isReplaying)
        warn(of: machine)
        statistics.count(changes: machine.published, since: changes)
        changes = machine.published
        guard let written = machine.snapshotsWritten, written != snapshots else { return }
        statistics.count(snapshots: written, since: snapshots, partition)
        snapshots = written
    }

    private func warn(of machine: borrowing ShardMachine) {
        guard !machine.isReplaying else { return }
        let counters = machine.shard.counters
        guard let found = repetitions.look(counters.events, counters.duplicates, now: Monotonic.now) else { return }
        log.warning(
            "many events repeat an event_id of their viewer and are dropped", ("topic", topic),
            ("partition", "\(partition)"), ("events", "\(found.events)"), ("repeated", "\(found.repeated)"))
    }

    /// There is nothing to read: now and then, how far that is from the end. Control records stand behind the last event.
    func idle(_ reader: WatchedReader) {
        let now = ContinuousClock.now
        guard now - looked > Self.pause else { return }
        looked = now
        beat("waiting for records")
        statistics.saw(partition, position: reader.position, high: reader.knownHighWatermark)
    }

    /// A broken clock does not reach beyond the epoch that is open.
    private func counted(_ time: Int64, _ epoch: Epoch?) -> Int64 {
        guard let epoch else { return time }
        return min(max(time, epoch * epochLength), (epoch + 1) * epochLength)
    }
}
