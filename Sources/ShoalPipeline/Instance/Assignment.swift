internal import ShoalClustering
internal import ShoalKafka
internal import ShoalSettings

/// The work of one generation: takes partitions over, runs their shards and the coordinator, and commits their output.
/// Its state ends with it.
actor Assignment {
    enum End: Equatable, Sendable {
        /// Everything was committed before the partitions were released.
        case drained
        /// The partitions belong to another instance. Uncommitted output is void.
        case lost
        /// Another process uses this instance's id.
        case duplicateInstance
    }

    /// The components that all assignments of an instance share.
    struct Dependencies: Sendable {
        var options: PipelineOptions
        var admin: Admin
        var group: GroupActor
        var committer: Committer
        var statistics: PipelineStatistics
        var log: PipelineLog
        /// `nil` if no checkpoints are kept.
        var keeper: CheckpointKeeper?
        /// Those that can be asked for members.
        let shards = OwnedShards()

        var aroundReaders: WatchedReader.Dependencies {
            WatchedReader.Dependencies(
                options: options, admin: admin, heartbeats: statistics.heartbeats, log: log)
        }
    }

    /// A partition that was taken over, and its initial state.
    enum TakenOverPartition {
        case shard(ShardActor, committed: CommittedPosition?)
        case coordinator(CoordinatorActor, committed: CommittedPosition?)
    }

    let dependencies: Dependencies
    let parts: [AssignedPartition]
    let metadata: GroupMetadata
    let gate: OutboxGate
    let reader: ReaderClient
    let memory = MemoryReturn()
    private var feed: ModelFeed?
    private var shards: [ShardActor] = []
    private var coordinator: CoordinatorActor?
    private var isRunning = false
    /// The position after the genesis model, if this assignment wrote it.
    var genesisPosition: CommittedPosition?

    init(_ parts: [AssignedPartition], metadata: GroupMetadata, dependencies: Dependencies) throws {
        self.parts = parts
        self.metadata = metadata
        var dependencies = dependencies
        dependencies.log = dependencies.log.adding(metadata.generation)
        self.dependencies = dependencies
        gate = OutboxGate(bound: dependencies.options.outboxBytes)
        reader = try ReaderClient(
            dependencies.options.kafka.limitingFetches(
                to: dependencies.options.fetchBytes, partitions: parts.count))
    }

    var options: PipelineOptions { dependencies.options }

    /// Runs until it is drained or lost.
    /// - Throws: `PipelineError`, `Contradiction`, `KafkaError`; `CancellationError` if it was cancelled.
    func run() async throws -> End {
        // A lost assignment may have left no producer.
        try await dependencies.committer.prepare()
        let feed = try await ModelFeed.open(reader, dependencies: dependencies)
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

    /// Stops the intake. `run` ends when everything is committed.
    /// - Returns: False if the take-over is incomplete, so that it can only be cancelled.
    func drain() async -> Bool {
        guard isRunning else { return false }
        for shard in shards { await shard.drain() }
        await coordinator?.drain()
        await feed?.close()
        return true
    }

    // MARK: - Work

    private func work(_ feed: ModelFeed) async throws -> End? {
        var taken: [TakenOverPartition] = []
        // The coordinator first, because shards wait for the genesis model that it may have to write.
        for part in parts.sorted(by: >) where part == .deltas { taken.append(try await takeOver(part, feed)) }
        taken += try await withThrowingTaskGroup(of: TakenOverPartition.self) { tasks in
            for part in parts where part != .deltas { tasks.addTask { try await self.takeOver(part, feed) } }
            var found: [TakenOverPartition] = []
            for try await one in tasks { found.append(one) }
            return found
        }
        var committed: [AssignedPartition: CommittedPosition?] = [:]
        var known: [AssignedPartition: CommittedPosition] = [:]
        var begins: [Int32: (isCommitted: Bool, hasInputLeft: Bool)] = [:]
        for one in taken {
            switch one {
            case .shard(let shard, let position):
                shards.append(shard)
                let part = AssignedPartition.input(shard.partition)
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
        dependencies.shards.set(shards)
        defer { dependencies.shards.set([]) }
        dependencies.statistics.enter(.working)
        dependencies.log.info(
            "took over partitions", ("count", "\(parts.count)"),
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
        let (gate, metadata, dependencies) = (gate, metadata, dependencies)
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
                    try await dependencies.committer.run(
                        gate, machine: machine, metadata: metadata, group: dependencies.group))
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
                case .committer(.duplicateInstance?): return .duplicateInstance
                }
            }
            throw CancellationError()
        }
    }

    /// Returns whether the group still assigns these partitions to this instance. Missing data does not indicate
    /// corruption if the instance has lost its assignment.
    /// - Parameter isStopped: Returns true if the result has become unnecessary.
    /// - Throws: `PipelineError` if waiting does not help; `CancellationError`.
    func isStillAssigned(unless isStopped: @Sendable () -> Bool) async throws -> Bool {
        let known = Dictionary(
            uniqueKeysWithValues: parts.map { ($0, CommittedPosition(offset: 0, metadata: "v1;genesis")) })
        return try await dependencies.committer.isAssigned(known, metadata, unless: isStopped)
    }
}
