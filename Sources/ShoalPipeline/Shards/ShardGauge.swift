internal import ShoalClustering
internal import ShoalKafka

/// Reports a shard's position, activity and timing to the statistics, batch by batch.
final class ShardGauge {
    private let partition: Int32
    private let statistics: PipelineStatistics
    private let epochLength: Int64
    private var changes = ChangeCounts()
    private var snapshots = SnapshotWriter.Written()
    /// The start of the current batch; `nil` for none.
    private var began: ContinuousClock.Instant?
    /// The part of the batch's time that was not spent handling records.
    private var aside = Duration.zero
    private var looked = ContinuousClock.now
    private var repetitions = RepetitionWatch()
    private let topic: String
    private let log: PipelineLog
    private static let pause = Duration.milliseconds(250)

    init(_ partition: Int32, _ around: ShardActor.Dependencies) {
        self.partition = partition
        statistics = around.statistics
        epochLength = around.options.settings.fixed.epochLength
        (topic, log) = (around.options.topics.input, around.log)
    }

    // MARK: - Restore and start

    func restores(_ done: Int64, of total: Int64) {
        statistics.restores(partition, done, of: total)
    }

    /// Starts counting the shard's work.
    func begin(_ machine: borrowing ShardMachine, from origin: Int64) {
        statistics.begin(partition, machine.driver.shard, from: origin)
        repetitions = RepetitionWatch(machine.driver.shard.counters.events, machine.driver.shard.counters.duplicates)
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

    /// Starts an activity other than handling records. With `rests`, the shard waits for other components.
    func start(_ doing: String, rests: Bool) -> ContinuousClock.Instant {
        if rests {
            statistics.heartbeats.rest(.partition(partition), doing)
        } else {
            beat(doing)
        }
        return .now
    }

    /// Ends the activity.
    func end(_ stage: StageTimes.Stage, since start: ContinuousClock.Instant) {
        let time = ContinuousClock.now - start
        aside += time
        statistics.record(stage, time)
        beat("handling records")
    }

    // MARK: - Position

    /// Reports the end of a step.
    /// - Parameter time: The time of the last event; `nil` before the first.
    func update(_ machine: borrowing ShardMachine, time: Int64?, reader: WatchedReader) {
        var found = statistics.partition(machine.driver.shard, offset: machine.nextOffset)
        found.high = reader.knownHighWatermark
        found.eventTime = time.map { counted($0, machine.driver.shard.openEpoch) }
        statistics.update(partition, found, machine.driver.shard, isReplaying: machine.isReplaying)
        warn(of: machine)
        statistics.count(changes: machine.published, since: changes)
        changes = machine.published
        guard let written = machine.snapshotsWritten, written != snapshots else { return }
        statistics.count(snapshots: written, since: snapshots, partition)
        snapshots = written
    }

    private func warn(of machine: borrowing ShardMachine) {
        guard !machine.isReplaying else { return }
        let counters = machine.driver.shard.counters
        guard let found = repetitions.look(counters.events, counters.duplicates, now: Monotonic.now) else { return }
        log.warning(
            "many events repeat an event_id of their viewer and are dropped", ("topic", topic),
            ("partition", "\(partition)"), ("events", "\(found.events)"), ("repeated", "\(found.repeated)"))
    }

    /// Reports the distance to the end from time to time while nothing arrives. Control records may follow the last
    /// event.
    func idle(_ reader: WatchedReader) {
        let now = ContinuousClock.now
        guard now - looked > Self.pause else { return }
        looked = now
        beat("waiting for records")
        statistics.saw(partition, position: reader.position, high: reader.knownHighWatermark)
    }

    /// Limits the time to the open epoch, in case of a wrong clock.
    private func counted(_ time: Int64, _ epoch: Epoch?) -> Int64 {
        guard let epoch else { return time }
        return min(max(time, epoch * epochLength), (epoch + 1) * epochLength)
    }
}
