internal import Clustering
internal import Kafka
internal import Schemas

/// The owner of one input partition's members: reads, decides, and hands what came of it to the outbox, batch by batch.
actor ShardActor {
    /// What is around a shard.
    struct Surroundings: Sendable {
        var options: PipelineOptions
        var models: ModelFeed
        var gate: OutboxGate
        var admin: Admin
        var statistics: PipelineStatistics
        var log: PipelineLog
    }

    nonisolated let partition: Int32
    private let around: Surroundings
    private let reader: PartitionReader
    private var shard: Shard<KeyedTopics>
    /// The next offset to handle.
    private var offset: Int64
    private var intake: Intake
    private var batch = MessageBatch()
    private var next = 0
    private var changes: [MemberChange] = []
    private var records = RecordBuffer()
    private var isMuted = false
    private var isDraining = false
    private var caughtUp: CaughtUpTimer
    /// Bytes of records after which a mark is set.
    private let markBytes = 32 << 10

    /// - Parameter offset: the first offset of the application.
    init(partition: Int32, reader: ReaderClient, offset: Int64, genesis: CompiledModel, around: Surroundings) throws {
        self.partition = partition
        self.offset = offset
        self.around = around
        self.reader = try reader.reader(topic: around.options.topics.input, partition: partition, from: offset)
        shard = Shard(partition: partition, genesis: genesis, keys: KeyedTopics(around.options.key))
        intake = Intake(options: around.options)
        caughtUp = CaughtUpTimer(timeout: around.options.idleTimeout)
    }

    private var position: Position { Position(offset: offset, phase: shard.phase) }

    var committedPosition: CommittedPosition {
        CommittedPosition(offset: offset, metadata: PhaseMetadata.text(shard.phase))
    }

    /// Repeats the log up to exactly `target`, publishing nothing.
    /// - Throws: `PipelineError` where the log contradicts the position; `KafkaError`; `CancellationError`.
    func replay(to target: Position) async throws {
        isMuted = true
        defer { isMuted = false }
        let started = ContinuousClock.now
        var progress = ContinuousClock.now + .seconds(5)
        let from = offset
        while position != target {
            try checkOvershoot(target)
            try await step(until: target)
            if ContinuousClock.now > progress {
                progress = .now + .seconds(5)
                let rate = Double(offset - from) / ((ContinuousClock.now - started) / .seconds(1))
                around.log.info(
                    "replaying the input to restore the state: \(offset - from) of \(target.offset - from) records, "
                        + "\(Int(rate)) a second",
                    ("topic", around.options.topics.input), ("partition", "\(partition)"), ("offset", "\(offset)"))
            }
        }
    }

    /// Works until it is drained: handles what comes, publishes through the gate.
    /// - Parameter saysBehind: it was taken over with input left, or without a committed position.
    func run(saysBehind: Bool) async throws {
        if saysBehind {
            say(caughtUp: false)
            try await mark()
        }
        while !isDraining {
            try await step(until: nil)
        }
        try await mark()
    }

    /// Ends `run` at the next step.
    func drain() {
        isDraining = true
    }

    // MARK: - Steps

    /// Handles what is at hand, or waits a little.
    private func step(until target: Position?) async throws {
        if next == batch.count {
            batch = try reader.poll(max: 512)
            next = 0
        }
        guard batch.count > 0 else { return try await idle(isReplay: target != nil) }
        while next < batch.count, !isDraining || isMuted {
            try await take(until: target)
            if let target, position == target { return }
            if records.size >= markBytes { try await mark() }
        }
        try await mark()
        try Task.checkCancellation()
    }

    /// One record, with the steps before it.
    private func take(until target: Position?) async throws {
        switch intake.read(batch, next) {
        case .rejected(let reason):
            around.statistics.count(rejected: reason)
            if !isMuted {
                DeadLetter.append(
                    batch, next, reason, topic: around.options.topics.input, partition: partition,
                    keepsContent: around.options.keepsDeadLetters, to: &records)
            }
        case .tombstone(let member):
            _ = shard.erase(member, offset: batch.offset(next), changes: &changes)
        case .event:
            while true {
                if let needed = shard.neededModel {
                    guard try await open(with: needed, target) else { return }
                    if let target, position == target { return }
                } else if let epoch = shard.look(viewer: intake.event.member, time: intake.event.time) {
                    try await close(to: epoch)
                    if let target, position == target { return }
                    if isDraining, !isMuted { return }
                } else {
                    break
                }
            }
            shard.handle(intake.event, offset: batch.offset(next), changes: &changes)
        }
        publish()
        offset = batch.offset(next) + 1
        next += 1
    }

    private func close(to epoch: Epoch) async throws {
        let closing = shard.close(to: epoch)
        caughtUp.restart()
        guard !isMuted else { return }
        for value in WordRecord.encode(closing) {
            records.append(to: .deltas, key: { $0 += "\(self.partition)".utf8 }, value: { $0 += value })
        }
        try await mark(isUrgent: true)
        around.log.debug(
            "closed an epoch", ("partition", "\(partition)"), ("epoch", "\(closing.through)"), ("offset", "\(offset)"))
    }

    /// - Returns: false where the work is to stop before the epoch is open.
    private func open(with version: Epoch, _ target: Position?) async throws -> Bool {
        guard let model = try await around.models.compiled(version) else { return false }
        while true {
            let isOpen = shard.open(
                model, offset: batch.offset(next), time: intake.event.time, changes: &changes)
            publish()
            try await mark()
            if isOpen { return true }
            if let target, position == target { return true }
            if isDraining, !isMuted { return false }
        }
    }

    private func publish() {
        guard !changes.isEmpty else { return }
        if !isMuted {
            let encoder = ChangeRecord(format: around.options.outputFormat)
            for change in changes {
                encoder.append(
                    change, partition: partition, memberships: around.options.topics.members != nil, to: &records)
            }
            around.statistics.count(changes: changes.count)
        }
        changes.removeAll(keepingCapacity: true)
    }

    /// The end of one or more steps: their records and the position stay together.
    private func mark(isUrgent: Bool = false) async throws {
        around.statistics.update(partition, shard, offset: offset)
        guard !isMuted else { return records.removeAll() }
        let step = Outbox.Step(
            part: .input(partition), position: committedPosition, records: records, isUrgent: isUrgent)
        records = RecordBuffer()
        try await around.gate.append(step)
    }

    private func say(caughtUp isCaughtUp: Bool) {
        records.append(
            to: .deltas, key: { $0 += "\(self.partition)".utf8 },
            value: {
                $0 += WordRecord.encode(
                    caughtUp: isCaughtUp, partition: self.partition, number: self.shard.closings)
            })
    }

    // MARK: - The end of the partition

    /// Nothing has arrived: says so where the shard stands at the end for long enough.
    private func idle(isReplay: Bool) async throws {
        if !isReplay, caughtUp.isDue, shard.neededModel == nil {
            let high = try await around.admin.watermarks(
                of: TopicPartition(around.options.topics.input, partition)
            ).high
            if reader.position >= high {
                caughtUp.said()
                say(caughtUp: true)
                return try await mark()
            }
        }
        try await Task.sleep(for: .milliseconds(5))
    }

    /// Whether there is input left to handle.
    func hasInputLeft() async throws -> Bool {
        if shard.neededModel != nil || next < batch.count { return true }
        let high = try await around.admin.watermarks(of: TopicPartition(around.options.topics.input, partition)).high
        return offset < high
    }

    private func checkOvershoot(_ target: Position) throws {
        guard offset > target.offset else { return }
        throw PipelineError(
            .contradiction,
            "\(around.options.topics.input) partition \(partition): the replay came to offset \(offset) "
                + "\(PhaseMetadata.text(shard.phase)) and not to the committed \(target.offset) "
                + "\(PhaseMetadata.text(target.phase)); were topics deleted and made anew? `shoal topics describe` tells"
        )
    }
}

/// When to say `CaughtUp`: once after a while at the end without a closing, and then seldom again.
struct CaughtUpTimer {
    private let timeout: Duration
    private var due: ContinuousClock.Instant
    /// A tenth of a week: the retention that `shoal topics create` gives the delta topic.
    private static let again = Duration.seconds(60_480)

    init(timeout: Duration) {
        self.timeout = timeout
        due = .now + timeout
    }

    var isDue: Bool { ContinuousClock.now >= due }

    mutating func restart() {
        due = .now + timeout
    }

    mutating func said() {
        due = .now + Self.again
    }
}
