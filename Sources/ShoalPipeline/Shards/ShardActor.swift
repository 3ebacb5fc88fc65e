internal import ShoalClustering
internal import ShoalKafka
internal import ShoalSchemas
internal import ShoalSettings

/// Owns one input partition: reads records, handles them, and passes the output to the outbox batch by batch.
actor ShardActor {
    /// The shard's dependencies.
    struct Dependencies: Sendable {
        var options: PipelineOptions
        /// How many the input has.
        var partitions: Int32
        var models: ModelFeed
        var gate: OutboxGate
        var admin: Admin
        var statistics: PipelineStatistics
        var log: PipelineLog
        var readers: WatchedReader.Dependencies
        var rejections = RejectionLog()
        var memory: MemoryReturn
    }

    nonisolated let partition: Int32
    private let around: Dependencies
    private let reader: WatchedReader
    private var machine: ShardMachine
    /// The offset from which the input was read: that of the last snapshot, or the application's first.
    private let origin: Int64
    private var intake: Intake
    private var hand = RecordsInHand()
    private var batchSize = BatchSize()
    /// The number of records since memory was returned.
    private var handled = 0
    private lazy var gauge = ShardGauge(partition, around)
    private var isDraining = false
    /// The size of records after which a commit point is set, in bytes.
    private let commitPointBytes = 32 << 10

    /// The initial state of a shard.
    enum Beginning {
        /// Empty, at the application's first offset.
        case genesis(offset: Int64)
        /// A restored snapshot.
        case snapshot(StateTable.Restored)
    }

    /// - Parameters:
    ///   - start: The first offset to read; nil: the offset of `beginning`.
    ///   - model: The model of the epoch that is open at the beginning.
    ///   - state: The contents of the state topic.
    init(
        partition: Int32, reader: ReaderClient, _ beginning: consuming Beginning, from start: Int64? = nil,
        model: CompiledModel, state: StateTable, around: Dependencies
    ) throws {
        self.partition = partition
        self.around = around
        let options = around.options
        let keys = KeyedTopics(options.key)
        let output = ShardMachine.Output(
            format: options.outputFormat, key: options.key, sealer: options.sealer(of: .deltas),
            memberships: options.topics.members != nil)
        let caughtUp = CaughtUp(timeout: options.idleTimeout.milliseconds, now: Monotonic.now)
        let snapshots = options.snapshotInterval.map { interval in
            SnapshotWriter(
                interval: interval.milliseconds, partition: partition, of: around.partitions, after: state,
                now: Monotonic.now)
        }
        machine =
            switch beginning {
            case .genesis(let offset):
                ShardMachine(
                    partition: partition, offset: offset, genesis: model, keys: keys, output: output,
                    caughtUp: caughtUp, snapshots: snapshots)
            case .snapshot(let restored):
                ShardMachine(
                    restoring: restored, partition: partition, model: model, keys: keys, output: output,
                    caughtUp: caughtUp, snapshots: snapshots)
            }
        origin = machine.offset
        let first = machine.offset
        self.reader = try WatchedReader(
            reader, TopicPartition(options.topics.input, partition), from: start ?? first, for: .partition(partition),
            around.readers)
        let partitioner = options.settings.fixed.partitioner
        intake = Intake(
            key: options.key, options: options.input.with(options.settings.fixed),
            place: InputPlace(partitioner, partition: partition, of: around.partitions))
    }

    var committedPosition: CommittedPosition { machine.committedPosition }

    /// Returns where a member is published.
    func place(of member: Pseudonym) -> Instance.Place {
        let published = machine.driver.shard.publishedCluster(of: member)
        let (epoch, fixed) = (machine.driver.shard.openEpoch, machine.driver.shard.fixed)
        let name = PublishedPseudonyms(around.options.key).published(member, in: epoch.flatMap { fixed.period(of: $0) })
        return Instance.Place(
            cluster: published == 0 ? nil : UInt32(published), model: epoch, pseudonym: Hex.text(name),
            topics: published == 0 ? [] : machine.driver.shard.topicNames(of: member))
    }

    /// Repeats the log up to exactly `target`, publishing nothing.
    /// - Parameter reading: the next offset to read after that.
    /// - Throws: `PipelineError` if the log contradicts the position; `KafkaError`; `CancellationError`.
    func replay(to target: Position, reading: Int64) async throws {
        machine.replay(to: target, reading: reading)
        let started = ContinuousClock.now
        var progress = ContinuousClock.now + .seconds(5)
        let from = machine.offset
        while !machine.hasArrived {
            if machine.hasOvershot { throw contradiction(target) }
            try await step()
            gauge.restores(machine.offset - from, of: target.offset - from)
            if ContinuousClock.now > progress {
                progress = .now + .seconds(5)
                let done = machine.offset - from
                let rate = Double(done) / ((ContinuousClock.now - started) / .seconds(1))
                around.log.info(
                    "replaying the input to restore the state", ("records", "\(done)"),
                    ("records_total", "\(target.offset - from)"), ("records_per_second", "\(Int(rate))"),
                    ("topic", around.options.topics.input), ("partition", "\(partition)"),
                    ("offset", "\(machine.offset)"))
            }
        }
        if machine.isBehindState { throw contradiction(target) }
        machine.endReplay()
        around.log.info(
            "restored the partition", ("members", "\(machine.driver.shard.memberCount)"),
            ("replayed", "\(machine.offset - from)"), ("topic", around.options.topics.input),
            ("partition", "\(partition)"), ("offset", "\(machine.offset)"), ("from", "\(from)"))
    }

    /// Handles records and publishes through the gate, until it is drained.
    /// - Parameters:
    ///   - isCommitted: Whether there was a committed position at the take-over.
    ///   - hasInputLeft: Whether there was input left then.
    func run(isCommitted: Bool, hasInputLeft: Bool) async throws {
        gauge.begin(machine, from: origin)
        gauge.update(machine, time: nil, reader: reader)
        if machine.begin(isCommitted: isCommitted, hasInputLeft: hasInputLeft) { try await commitPoint() }
        while !isDraining { try await step() }
        try await stepOver()
        try await commitPoint()
    }

    /// Waits briefly for the end of the log, so that the last position is after the control records that follow the
    /// last record. Otherwise their deletion would look like missing data at the next start.
    private func stepOver() async throws {
        guard hand.isDone else { return }
        let deadline = ContinuousClock.now + .milliseconds(200)
        while reader.position < reader.knownHighWatermark ?? 0, ContinuousClock.now < deadline {
            guard try reader.poll(max: 1).count == 0 else { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        _ = machine.skip(to: reader.position)
    }

    /// Ends `run` at the next step.
    func drain() {
        isDraining = true
        reader.wake()
    }

    /// Returns whether there is input left to handle.
    func hasInputLeft() async throws -> Bool {
        machine.hasInputLeft(high: try await RetryPolicy(log: around.log).wait { try await highWatermark() })
    }

    // MARK: - Steps

    /// Handles available records, or waits briefly.
    private func step() async throws {
        if hand.isDone { try read() }
        guard !hand.isEmpty else { return try await idle() }
        gauge.startBatch(machine)
        defer { gauge.endBatch() }
        while !hand.isDone, !isDraining || machine.isReplaying {
            try await take()
            if machine.hasArrived { return }
            if machine.waitingBytes >= commitPointBytes { try await commitPoint() }
        }
        try await commitPoint()
        try Task.checkCancellation()
    }

    /// Reads and decodes the next batch.
    private func read() throws {
        let batch = try reader.poll(max: batchSize.records)
        batchSize.adapt(records: batch.count, bytes: batch.bytes)
        intake.keep(viewers: machine.driver.shard.memberCount)
        handled += batch.count
        hand.take(batch, &intake)
    }

    /// Handles records until one is to wait for something, and that one with the steps before it; or fewer if a replay
    /// reaches its target, the output is due for a commit point, or the work is to stop.
    private func take() async throws {
        let stop = hand.handle(by: &machine, most: commitPointBytes)
        let misplaced = hand.takeMisplaced()
        if misplaced > 0 { countMisplaced(misplaced) }
        switch stop {
        case .end, .pause: return
        case .other(let record):
            handle(record)
            hand.pass()
        case .step(let step): try await finish(step)
        }
    }

    /// Handles the next record, an event or the beginning of several, that takes several steps.
    /// - Parameter step: the last one.
    private func finish(_ step: ShardMachine.Step) async throws {
        var step = step
        let offset = hand.offset
        while true {
            switch step {
            case .handled:
                hand.pass()
                return
            case .closed(let epoch):
                try await commitPoint(isUrgent: true)
                if !machine.isReplaying { logDelta(epoch) }
            case .needs(let version):
                let asked = gauge.start("waiting for the model of epoch \(version)", rests: true)
                guard let model = try await around.models.compiled(version) else { return }
                gauge.end(.waitModel, since: asked)
                let opened = gauge.start("opening an epoch", rests: false)
                machine.open(with: model, at: offset)
                gauge.end(.open, since: opened)
                try await commitPoint()
            }
            if machine.hasArrived || isDraining && !machine.isReplaying { return }
            step = hand.step(&machine)
        }
    }

    /// Handles the next record, which is no event.
    private func handle(_ record: Intake.Record) {
        let offset = hand.offset
        switch record {
        case .event, .parts, .end: break
        case .part: rejectPart()
        case .rejected(let reason): reject(reason, at: offset)
        case .tombstone(let member, let isMisplaced): erase(member, at: offset, isMisplaced: isMisplaced)
        }
    }

    private func reject(_ reason: Rejection, at offset: Int64) {
        // Read once more, because the fault is known of the last record only.
        _ =
            intake.readsBatches
            ? intake.decodeEach(hand.messages, hand.index) : intake.decode(hand.messages, hand.index)
        let fault = intake.fault(reason)
        if !machine.isReplaying {
            around.statistics.count(rejected: reason)
            around.rejections.log(fault, TopicPartition(around.options.topics.input, partition), offset, around.log)
        }
        machine.reject(at: offset) { appendDeadLetter(fault, to: &$0) }
    }

    /// One of the events of a record belongs to another partition, and does not count here.
    private func rejectPart() {
        if !machine.isReplaying { around.statistics.count(rejected: .wrongPartition) }
        machine.rejectPart { appendDeadLetter(Fault(ofKey: .wrongPartition), to: &$0) }
    }

    private func erase(_ member: Pseudonym, at offset: Int64, isMisplaced: Bool) {
        guard isMisplaced else { return machine.erase(member, at: offset) }
        // The profile in the right partition stays until the dead letter is resubmitted.
        if !machine.isReplaying { around.statistics.count(rejected: .wrongPartition) }
        countMisplaced(1)
        machine.erase(member, at: offset) { appendDeadLetter(Fault(ofKey: .wrongPartition), to: &$0) }
    }

    private func appendDeadLetter(_ fault: Fault, to records: inout RecordBuffer) {
        DeadLetter.append(
            hand.messages, hand.index, fault, topic: around.options.topics.input, partition: partition,
            keepsContent: around.options.keepsDeadLetters, to: &records)
    }

    /// Counts records up to this offset whose key belongs to another partition, and warns once a minute.
    private func countMisplaced(_ count: Int) {
        guard !machine.isReplaying, let count = around.statistics.countMisplaced(count, Monotonic.now) else { return }
        around.log.warning(
            "records are in the wrong partition: all producers have to use the partitioner that input.partitioner "
                + "names. Erasures among them become dead letters (wrong_partition)",
            ("topic", around.options.topics.input), ("partition", "\(partition)"), ("offset", "\(machine.offset)"),
            ("partitioner", around.options.settings.fixed.partitioner.rawValue), ("records", "\(count)"))
    }

    private func logDelta(_ epoch: Epoch) {
        around.log.debug(
            "closed an epoch", ("topic", around.options.topics.input), ("partition", "\(partition)"),
            ("offset", "\(machine.offset)"), ("epoch", "\(epoch)"))
    }

    /// Passes the output of the steps so far to the outbox.
    private func commitPoint(isUrgent: Bool = false) async throws {
        _ = machine.snapshot(Monotonic.now)
        gauge.update(machine, time: hand.time, reader: reader)
        guard let step = machine.commitPoint(isUrgent: isUrgent) else { return }
        let handed = gauge.start("waiting for room in the outbox", rests: true)
        try await around.gate.append(step)
        gauge.end(.waitOutbox, since: handed)
    }

    /// Sends the idle status if the shard has been at the end for long enough.
    private func idle() async throws {
        gauge.idle(reader)
        if handled >= MemoryReturn.worthwhile {
            handled = 0
            around.memory.request()
        }
        if machine.skip(to: reader.position) { return try await commitPoint() }
        if machine.snapshot(Monotonic.now) { return try await commitPoint() }
        if machine.mayBeCaughtUp(Monotonic.now) {
            let position = reader.position
            do {
                if machine.sayCaughtUp(position: position, high: try await highWatermark(), now: Monotonic.now) {
                    return try await commitPoint()
                }
            } catch let error as KafkaError where error.isTimeout {
                // Unreachable brokers are waited for, unless the shard is stopped.
            }
        }
        try await reader.wait(until: machine.nextDue(Monotonic.now))
    }

    private func highWatermark() async throws -> Int64 {
        _ = gauge.start("asking for the high watermark", rests: true)
        return try await around.admin.watermarks(of: TopicPartition(around.options.topics.input, partition)).high
    }

    private func contradiction(_ target: Position) -> PipelineError {
        PipelineError(
            .contradiction,
            "\(around.options.topics.input) partition \(partition): the replay ended at offset \(machine.offset) "
                + "\(PhaseMetadata.text(machine.driver.shard.phase)) and not to the committed \(target.offset) "
                + "\(PhaseMetadata.text(target.phase)). Topics may have been recreated; check them with `shoal topics "
                + "describe`"
        )
    }
}
