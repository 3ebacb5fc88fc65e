internal import ShoalClustering
internal import ShoalKafka
internal import ShoalSettings

/// Takes partitions over by carrying out the actions of `TakeOver`.
extension Assignment {
    func takeOver(_ part: AssignedPartition, _ feed: ModelFeed) async throws -> TakenOverPartition {
        var machine = TakeOver(of: part)
        var action = machine.begin()
        var taken: TakenOverPartition?
        var state = StateTable(options.sealer(of: .state, partition: part.number))
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
                reader.statistics = dependencies.statistics
                let found = try await reader.read(part.number, through: offset)
                (state, action) = (found, machine.next(.state(found.found)))
            case .searchDeltas(let offset):
                action = machine.next(.words(found: try await DeltaSearch(options).find(part, through: offset)))
            case .askCoordinator:
                action = machine.next(.position(try await stablePosition(of: .deltas)))
            case .writeGenesis:
                try await writeGenesis()
                guard try await feed.awaitGenesis() != nil else { throw CancellationError() }
                taken = .coordinator(try await coordinator(feed, nil), committed: genesisPosition)
                action = machine.next(.done)
            case .fold(let offset, let committed):
                let actor = try await coordinator(feed, committed)
                try await actor.restore(through: offset)
                taken = .coordinator(actor, committed: nil)
                action = machine.next(.done)
            case .begin:
                taken = .shard(try await shard(part, feed, state, nil), committed: nil)
                action = machine.next(.done)
            case .replay(let position):
                taken = .shard(try await replayed(shard(part, feed, state, position), position), committed: nil)
                action = machine.next(.done)
            case .restore(let position):
                taken = .shard(try await replayed(restored(part, feed, &state, position), position), committed: nil)
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

    private func stablePosition(of part: AssignedPartition) async throws -> CommittedPosition? {
        // A predecessor's transaction holds the position, or brokers are unreachable.
        let hint =
            "; brokers are away, or a transaction that holds them is still open (`kafka-transactions.sh list`) or "
            + "hangs (`find-hanging`, `abort`)"
        return try await RetryPolicy(log: dependencies.log, hint: hint).wait(orIf: \.isGroupLoss) {
            try await dependencies.group.committed([part])[part] ?? nil
        }
    }

    /// Returns the number of partitions of a topic; 0 if it does not exist.
    private func partitions(of topic: String) async throws -> Int32 {
        try await RetryPolicy(log: dependencies.log).wait { try await dependencies.admin.partitions(of: topic) ?? 0 }
    }

    func watermarks(of partition: TopicPartition) async throws -> Admin.Watermarks {
        try await RetryPolicy(log: dependencies.log).wait { try await dependencies.admin.watermarks(of: partition) }
    }

    private func coordinator(_ feed: ModelFeed, _ committed: CommittedPosition?) async throws -> CoordinatorActor {
        guard let last = try await feed.last() else { throw PipelineError(.modelsGone(.deltas), options) }
        try await checkApplication(feed)
        let oldest = last.bookkeeping.oldestOffset
        let start = try await resume(.deltas, committed, saved: oldest) { marks throws(Resumption.Failure) in
            try .deltas(committed, oldest: oldest, marks)
        }
        return try CoordinatorActor(last: last, from: start, reader: reader, gate: gate, dependencies: dependencies)
    }

    /// The first offset of a part to read.
    /// - Throws: `PipelineError` if records are gone, or the log is not the one that was read.
    private func resume(
        _ part: AssignedPartition, _ committed: CommittedPosition?, saved: Int64,
        _ decide: (Admin.Watermarks) throws(Resumption.Failure) -> Resumption
    ) async throws -> Int64 {
        let place = options.topics.partition(of: part)
        let end = ContinuousClock.now + .seconds(3)
        while true {
            let marks = try await watermarks(of: place)
            do throws(Resumption.Failure) {
                return try decide(marks).start
            } catch {
                // The watermarks of a new leader can be those of the past for a moment.
                guard error == .foreignPosition || ContinuousClock.now > end else {
                    try await Task.sleep(for: .milliseconds(200))
                    continue
                }
                let committed = committed ?? CommittedPosition(offset: saved, metadata: "")
                throw PipelineError(error, part, committed, saved: saved, marks, options)
            }
        }
    }

    private func stateReader(_ feed: ModelFeed) -> StateReader {
        let staleness = options.settings.fixed.staleness
        return StateReader(
            around: dependencies.aroundReaders, reader: reader, keeper: dependencies.keeper,
            origin: { epoch in try await feed.origin(epoch.map { $0 - staleness }) })
    }

    /// Renews the checkpoints of the input partitions at intervals, until it is cancelled.
    func keepCheckpoints(_ feed: ModelFeed) async throws {
        guard let keeper = dependencies.keeper else { return }
        await keeper.deleteOld()
        while true {
            try await Task.sleep(for: options.checkpointInterval)
            for part in parts.sorted() where part != .deltas {
                do {
                    try await stateReader(feed).checkpoint(part.number)
                } catch let error where !(error is CancellationError) {
                    dependencies.log.warning(
                        "checkpoint not written at the take-over", ("part", "\(part)"), ("error", error.message))
                }
            }
            await keeper.deleteOld()
        }
    }

    private func stateHigh(of part: AssignedPartition) async throws -> Int64 {
        guard case .input(let partition) = part else { return 0 }
        return try await watermarks(of: TopicPartition(options.topics.state, partition)).high
    }

    private func shardDependencies(_ feed: ModelFeed) async -> ShardActor.Dependencies {
        let partitions = await feed.genesis?.firstOffsets.count ?? 0
        return ShardActor.Dependencies(
            options: options, partitions: Int32(clamping: partitions), models: feed, gate: gate,
            admin: dependencies.admin,
            statistics: dependencies.statistics,
            log: dependencies.log, readers: dependencies.aroundReaders, memory: memory)
    }

    /// Returns a shard without state.
    private func shard(
        _ part: AssignedPartition, _ feed: ModelFeed, _ state: StateTable, _ committed: CommittedPosition?
    ) async throws -> ShardActor {
        guard let model = try await feed.awaitGenesis(), let genesis = await feed.genesis else {
            throw CancellationError()
        }
        try await checkApplication(feed)
        guard Int(part.number) < genesis.firstOffsets.count else {
            throw PipelineError(
                .contradiction,
                "the genesis model of \(options.topics.models) does not contain \(part): it has "
                    + "\(genesis.firstOffsets.count) partitions")
        }
        let first = genesis.firstOffsets[Int(part.number)]
        let start = try await start(part, committed, saved: first)
        return try ShardActor(
            partition: part.number, reader: reader, .genesis(offset: first), from: start, model: model, state: state,
            around: await shardDependencies(feed))
    }

    /// Returns a shard restored from its last snapshot.
    private func restored(
        _ part: AssignedPartition, _ feed: ModelFeed, _ state: inout StateTable, _ committed: CommittedPosition
    ) async throws -> ShardActor {
        try await checkApplication(feed)
        let found: StateTable.Restored?
        do throws(StateRecord.Failure) {
            found = try state.restored()
        } catch {
            throw PipelineError(error, options, "partition \(part.number) offset \(state.headerOffset)")
        }
        guard let found else { throw CancellationError() }
        try await check(found, part, offset: state.headerOffset, feed)
        let staleness = options.settings.fixed.staleness
        let model =
            if let epoch = found.header.point.epoch {
                try await feed.compiled(epoch - staleness)
            } else {
                await feed.genesisModel
            }
        guard let model else { throw PipelineError(.modelsGone(part), options) }
        let start = try await start(part, committed, saved: found.header.point.offset)
        return try ShardActor(
            partition: part.number, reader: reader, .snapshot(found), from: start, model: model, state: state,
            around: await shardDependencies(feed))
    }

    /// Compares a snapshot with the models: it was taken under one of them, and its topics are in the vocabulary.
    /// - Throws: `PipelineError` if a value contradicts them. Otherwise a shard would wait for a model that never comes.
    private func check(
        _ found: borrowing StateTable.Restored, _ part: AssignedPartition, offset: Int64, _ feed: ModelFeed
    ) async throws {
        let header = found.header
        let topics = found.members.topicBound
        var problem: ImpossibleValue?
        for isSecond in [false, true] {
            // Models may have come since they were read.
            if isSecond {
                guard problem != nil else { return }
                try await feed.read(through: try await watermarks(of: TopicPartition(options.topics.models, 0)).high)
            }
            guard let last = try await feed.last() else { throw PipelineError(.modelsGone(part), options) }
            do throws(ImpossibleValue) {
                try header.validate(last.model, newest: last.bookkeeping.through, memberTopics: topics)
                problem = nil
            } catch {
                problem = error
            }
        }
        if let problem {
            throw PipelineError(
                StateRecord.Failure.impossible(problem.description), options,
                "partition \(part.number) offset \(offset)")
        }
    }

    /// The first offset of an input partition to read; nil: no position was ever committed.
    private func start(_ part: AssignedPartition, _ committed: CommittedPosition?, saved: Int64) async throws -> Int64?
    {
        guard let committed else { return nil }
        return try await resume(part, committed, saved: saved) { marks throws(Resumption.Failure) in
            try .input(committed, saved: saved, marks)
        }
    }

    private func replayed(_ shard: ShardActor, _ committed: CommittedPosition) async throws -> ShardActor {
        guard let target = committed.handled else { throw CancellationError() }
        try await shard.replay(to: target, reading: committed.offset)
        return shard
    }

    /// Checks the settings that are fixed for an application's life, and the order of revisions.
    private func checkApplication(_ feed: ModelFeed) async throws {
        guard let last = try await feed.last() else { return }
        let partitions = try await partitions(of: options.topics.input)
        let check = ApplicationCheck(last: last)
        if let problem = check.problem(with: options, partitions: Int(partitions)) { throw problem }
        let state = options.topics.state
        let count = try await self.partitions(of: state)
        guard count != partitions else { return }
        throw PipelineError(
            .missingData,
            "\(state) has \(count) partitions, but \(options.topics.input) has \(partitions). Delete \(state), and "
                + "create it with `shoal topics create`; the state is then computed again from the input")
    }

    private func writeGenesis() async throws {
        dependencies.log.info(
            "new application: writing the genesis model", ("application", options.application))
        let record = try await Genesis(options: options, admin: dependencies.admin).record()
        var records = RecordBuffer()
        record.append(to: &records, by: options.sealer(of: .models))
        let offset = record.bookkeeping.deltaOffset
        let position = CommittedPosition(model: nil, needed: offset, reading: offset)
        let writing = OutboxGate(bound: .max)
        try await writing.append(.init(part: .deltas, position: position, records: records, isUrgent: true))
        await writing.close()
        let machine = TransactionMachine(
            committed: [.deltas: nil], known: [.deltas: position], ceiling: options.transactionBytes)
        let end = try await dependencies.committer.run(
            writing, machine: machine, metadata: metadata, group: dependencies.group)
        // A rebalance before the commit leaves no trace, and the next owner checks again.
        if end != nil { throw CancellationError() }
        genesisPosition = position
    }
}
