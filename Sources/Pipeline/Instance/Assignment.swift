internal import Clustering
internal import Kafka

/// One generation's work: takes its partitions over, runs their shards and the coordinator, commits what they produce.
/// Its state goes with it.
actor Assignment {
    enum End: Equatable, Sendable {
        /// All was committed before the partitions were let go.
        case drained
        /// The partitions belong to somebody else already; what was not committed is void.
        case lost
        /// Another process uses this instance's id.
        case twin
    }

    /// What an instance has for all of its assignments.
    struct Tools: Sendable {
        var options: PipelineOptions
        var admin: Admin
        var group: GroupActor
        var committer: Committer
        var statistics: PipelineStatistics
        var log: PipelineLog
        /// nil: no checkpoints are kept.
        var keeper: CheckpointKeeper?
    }

    /// A part that was taken over, and how it begins.
    private enum Taken {
        case shard(ShardActor, committed: CommittedPosition?)
        case coordinator(CoordinatorActor, committed: CommittedPosition?)
    }

    private let tools: Tools
    private let parts: [Part]
    private let metadata: GroupMetadata
    private let gate: OutboxGate
    private let reader: ReaderClient
    private var feed: ModelFeed?
    private var shards: [ShardActor] = []
    private var coordinator: CoordinatorActor?
    private var isRunning = false

    init(_ parts: [Part], metadata: GroupMetadata, tools: Tools) throws {
        self.parts = parts
        self.metadata = metadata
        var tools = tools
        tools.log = tools.log.adding(metadata.generation)
        self.tools = tools
        gate = OutboxGate(bound: tools.options.outboxBytes)
        reader = try ReaderClient(tools.options.kafka)
    }

    private var options: PipelineOptions { tools.options }

    /// Works until it is drained or lost.
    /// - Throws: `PipelineError`, `Contradiction`, `KafkaError`; `CancellationError` where it was cancelled.
    func run() async throws -> End {
        // An assignment that was lost may have left no producer behind.
        try await tools.committer.prepare()
        let models = TopicPartition(options.topics.models, 0)
        let low = try await watermarks(of: models).low
        let feed = try ModelFeed(
            reader: reader, topic: options.topics.models, from: low, log: tools.log, statistics: tools.statistics)
        self.feed = feed
        return try await withThrowingTaskGroup(of: End?.self) { tasks in
            tasks.addTask {
                try await feed.run()
                return nil
            }
            tasks.addTask { try await self.work(feed) }
            defer { tasks.cancelAll() }
            while let end = try await tasks.next() {
                if let end { return end }
            }
            throw CancellationError()
        }
    }

    /// Stops the intake; `run` ends when everything is committed.
    /// - Returns: false where the take-over is not over yet, and all there is to do is to cancel it.
    func drain() async -> Bool {
        guard isRunning else { return false }
        for shard in shards { await shard.drain() }
        await coordinator?.drain()
        await feed?.close()
        return true
    }

    // MARK: - Work

    private func work(_ feed: ModelFeed) async throws -> End? {
        var taken: [Taken] = []
        // The coordinator first: shards wait for the genesis model that it may have to write.
        for part in parts.sorted(by: >) where part == .deltas { taken.append(try await takeOver(part, feed)) }
        taken += try await withThrowingTaskGroup(of: Taken.self) { tasks in
            for part in parts where part != .deltas { tasks.addTask { try await self.takeOver(part, feed) } }
            var found: [Taken] = []
            for try await one in tasks { found.append(one) }
            return found
        }
        var committed: [Part: CommittedPosition?] = [:]
        var known: [Part: CommittedPosition] = [:]
        var begins: [Int32: (isCommitted: Bool, hasInputLeft: Bool)] = [:]
        for one in taken {
            switch one {
            case .shard(let shard, let position):
                shards.append(shard)
                let part = Part.input(shard.partition)
                committed[part] = .some(position)
                known[part] = await shard.committedPosition
                begins[shard.partition] = (position != nil, try await shard.hasInputLeft())
            case .coordinator(let actor, let position):
                coordinator = actor
                committed[.deltas] = .some(position)
                known[.deltas] = await actor.committedPosition
            }
        }
        let machine = TransactionMachine(committed: committed, known: known, ceiling: options.transactionBytes)
        isRunning = true
        tools.statistics.enter(.working)
        tools.log.info(
            "took over \(parts.count) partitions",
            ("partitions", parts.sorted().map(\.description).joined(separator: ", ")))
        return try await carry(machine, begins, feed)
    }

    private enum Finished {
        case worker
        case keeper
        case committer(TransactionMachine.End?)
    }

    private func carry(
        _ machine: TransactionMachine, _ begins: [Int32: (isCommitted: Bool, hasInputLeft: Bool)],
        _ feed: ModelFeed
    ) async throws -> End {
        let (gate, metadata, tools) = (gate, metadata, tools)
        return try await withThrowingTaskGroup(of: Finished.self) { tasks in
            var workers = shards.count
            for shard in shards {
                let begin = begins[shard.partition] ?? (false, true)
                tasks.addTask {
                    try await shard.run(isCommitted: begin.isCommitted, hasInputLeft: begin.hasInputLeft)
                    return .worker
                }
            }
            if let coordinator {
                workers += 1
                tasks.addTask {
                    try await coordinator.run()
                    return .worker
                }
            }
            tasks.addTask {
                try await self.keepCheckpoints(feed)
                return .keeper
            }
            tasks.addTask {
                .committer(
                    try await tools.committer.run(gate, machine: machine, metadata: metadata, group: tools.group))
            }
            defer { tasks.cancelAll() }
            while let finished = try await tasks.next() {
                switch finished {
                case .worker:
                    workers -= 1
                    if workers == 0 { await gate.close() }
                case .keeper: break
                case .committer(nil): return .drained
                case .committer(.lost?): return .lost
                case .committer(.twin?): return .twin
                }
            }
            throw CancellationError()
        }
    }

    // MARK: - Taking over

    private func takeOver(_ part: Part, _ feed: ModelFeed) async throws -> Taken {
        var machine = TakeOver(of: part)
        var action = machine.begin()
        var taken: Taken?
        var state = StateTable()
        while true {
            try Task.checkCancellation()
            switch action {
            case .askPosition:
                action = machine.next(.position(try await stablePosition(of: part)))
            case .askWatermarks:
                let models = try await watermarks(of: TopicPartition(options.topics.models, 0))
                let deltas = try await watermarks(of: TopicPartition(options.topics.deltas, 0))
                action = machine.next(
                    .watermarks(models: models.high, deltas: deltas.high, state: try await stateHigh(of: part)))
            case .readModels(let offset):
                try await feed.read(through: offset)
                let count = await feed.count
                action = machine.next(.models(count: count, hasGenesis: await feed.genesis != nil))
            case .readState(let offset):
                var reader = stateReader(feed)
                reader.statistics = tools.statistics
                let found = try await reader.read(part.number, through: offset)
                (state, action) = (found, machine.next(.state(found.found)))
            case .searchWords(let offset):
                action = machine.next(.words(found: try await WordSearch(options).find(part, through: offset)))
            case .writeGenesis:
                try await writeGenesis()
                guard try await feed.awaitGenesis() != nil else { throw CancellationError() }
                taken = .coordinator(try await coordinator(feed), committed: genesisPosition)
                action = machine.next(.done)
            case .fold(let offset, _):
                let actor = try await coordinator(feed)
                try await actor.restore(through: offset)
                taken = .coordinator(actor, committed: nil)
                action = machine.next(.done)
            case .begin:
                taken = .shard(try await shard(part, feed, state), committed: nil)
                action = machine.next(.done)
            case .replay(let position):
                taken = .shard(try await replayed(shard(part, feed, state), to: position), committed: nil)
                action = machine.next(.done)
            case .restore(let position):
                taken = .shard(try await replayed(restored(part, feed, &state), to: position), committed: nil)
                action = machine.next(.done)
            case .finish(let committed):
                switch taken {
                case .shard(let actor, _): return .shard(actor, committed: committed)
                case .coordinator(let actor, let genesis): return .coordinator(actor, committed: committed ?? genesis)
                case nil: throw CancellationError()
                }
            case .fail(let hole):
                throw PipelineError(hole, options)
            }
        }
    }

    private var genesisPosition: CommittedPosition?

    private func stablePosition(of part: Part) async throws -> CommittedPosition? {
        // A predecessor's transaction holds the position, or brokers are away.
        let hint = "; brokers are away, or a transaction that holds them is still open (`kafka-transactions.sh list`)"
        return try await Patience(log: tools.log, hint: hint).wait(orIf: \.isGroupLoss) {
            try await tools.group.committed([part])[part] ?? nil
        }
    }

    /// How many a topic has; 0: there is none.
    private func partitions(of topic: String) async throws -> Int32 {
        try await Patience(log: tools.log).wait { try await tools.admin.partitions(of: topic) ?? 0 }
    }

    private func watermarks(of partition: TopicPartition) async throws -> Admin.Watermarks {
        try await Patience(log: tools.log).wait { try await tools.admin.watermarks(of: partition) }
    }

    private func coordinator(_ feed: ModelFeed) async throws -> CoordinatorActor {
        guard let last = try await feed.last() else { throw PipelineError(.modelsGone(.deltas), options) }
        try await checkApplication(feed)
        return try CoordinatorActor(
            last: last, reader: reader, options: options, gate: gate, statistics: tools.statistics, log: tools.log)
    }

    private func stateReader(_ feed: ModelFeed) -> StateReader {
        let staleness = options.settings.fixed.staleness
        return StateReader(
            options: options, reader: reader, admin: tools.admin, log: tools.log, keeper: tools.keeper,
            modelHash: { epoch in try await feed.contentHash(epoch.map { $0 - staleness }) })
    }

    /// Writes the checkpoints of the input partitions anew from time to time, until it is cancelled.
    private func keepCheckpoints(_ feed: ModelFeed) async throws {
        guard let keeper = tools.keeper else { return }
        await keeper.deleteOld()
        while true {
            try await Task.sleep(for: options.checkpointInterval)
            for part in parts.sorted() where part != .deltas {
                do {
                    try await stateReader(feed).checkpoint(part.number)
                } catch let error where !(error is CancellationError) {
                    tools.log.warning("no checkpoint of \(part) was made: \(error)")
                }
            }
            await keeper.deleteOld()
        }
    }

    private func stateHigh(of part: Part) async throws -> Int64 {
        guard case .input(let partition) = part else { return 0 }
        return try await watermarks(of: TopicPartition(options.topics.state, partition)).high
    }

    private func surroundings(_ feed: ModelFeed) -> ShardActor.Surroundings {
        ShardActor.Surroundings(
            options: options, models: feed, gate: gate, admin: tools.admin, statistics: tools.statistics,
            log: tools.log)
    }

    /// A shard that begins with nothing.
    private func shard(_ part: Part, _ feed: ModelFeed, _ state: StateTable) async throws -> ShardActor {
        guard let model = try await feed.awaitGenesis(), let genesis = await feed.genesis else {
            throw CancellationError()
        }
        try await checkApplication(feed)
        return try ShardActor(
            partition: part.number, reader: reader, .genesis(offset: genesis.firstOffsets[Int(part.number)]),
            model: model, state: state, around: surroundings(feed))
    }

    /// A shard that begins with its last snapshot.
    private func restored(_ part: Part, _ feed: ModelFeed, _ state: inout StateTable) async throws -> ShardActor {
        try await checkApplication(feed)
        let found: StateTable.Restored?
        do throws(StateRecord.Failure) {
            found = try state.restored()
        } catch {
            throw PipelineError(error, options, "partition \(part.number)")
        }
        guard let found else { throw CancellationError() }
        let staleness = options.settings.fixed.staleness
        let model =
            if let epoch = found.header.point.epoch {
                try await feed.compiled(epoch - staleness)
            } else {
                await feed.genesisModel
            }
        guard let model else { throw PipelineError(.modelsGone(part), options) }
        return try ShardActor(
            partition: part.number, reader: reader, .snapshot(found), model: model, state: state,
            around: surroundings(feed))
    }

    private func replayed(_ shard: ShardActor, to position: CommittedPosition) async throws -> ShardActor {
        let part = Part.input(shard.partition)
        guard let phase = PhaseMetadata.phase(position.metadata) else {
            throw PipelineError(
                .contradiction,
                "the committed offset of \(part) has the metadata \"\(position.metadata)\", which this version "
                    + "of Shoal did not write: does something else commit offsets as group \(options.application)?")
        }
        let first = try await watermarks(of: options.topics.partition(of: part)).low
        let from = await shard.committedPosition.offset
        guard from >= first || from == position.offset else {
            throw PipelineError(
                .hole,
                "the state of \(part) is to be computed from offset \(from) of \(options.topics.input) on, but retention "
                    + "has deleted what comes before \(first). Raise retention.ms of \(options.topics.input), and begin "
                    + "anew under another application.id")
        }
        try await shard.replay(to: Position(offset: position.offset, phase: phase))
        return shard
    }

    /// The settings that are fixed for an application's life, and the order of revisions.
    private func checkApplication(_ feed: ModelFeed) async throws {
        guard let last = try await feed.last() else { return }
        let partitions = try await partitions(of: options.topics.input)
        let check = ApplicationCheck(last: last)
        if let problem = check.problem(with: options, partitions: Int(partitions)) { throw problem }
        let state = options.topics.state
        let count = try await self.partitions(of: state)
        guard count != partitions else { return }
        throw PipelineError(
            .hole,
            "\(state) has \(count) partitions, and must have as many as \(options.topics.input), \(partitions): delete it and "
                + "let `shoal topics create` make it; the state is then computed anew from the input")
    }

    private func writeGenesis() async throws {
        tools.log.info("a new application begins: writing the genesis model", ("application", options.application))
        let record = try await Genesis(options: options, admin: tools.admin).record()
        var records = RecordBuffer()
        record.append(to: &records)
        let position = CommittedPosition(
            offset: record.bookkeeping.deltaOffset, metadata: ModelMetadata.text(nil))
        let writing = OutboxGate(bound: .max)
        try await writing.append(.init(part: .deltas, position: position, records: records, isUrgent: true))
        await writing.close()
        let machine = TransactionMachine(
            committed: [.deltas: nil], known: [.deltas: position], ceiling: options.transactionBytes)
        let end = try await tools.committer.run(writing, machine: machine, metadata: metadata, group: tools.group)
        // A rebalance before the commit leaves nothing, and the next owner looks again.
        if end != nil { throw CancellationError() }
        genesisPosition = position
    }

    /// Whether the group still counts these partitions as ours: a hole that a zombie sees is no corruption.
    /// - Parameter isStopped: nobody wants to know any more.
    /// - Throws: `PipelineError` where no waiting helps; `CancellationError`.
    func isStillAssigned(unless isStopped: @Sendable () -> Bool) async throws -> Bool {
        let known = Dictionary(
            uniqueKeysWithValues: parts.map { ($0, CommittedPosition(offset: 0, metadata: "v1;genesis")) })
        return try await tools.committer.isAssigned(known, metadata, unless: isStopped)
    }
}
