internal import ShoalClustering
internal import ShoalPipeline

/// Replays a recorded run without some members, and compares the models. The caller provides the input.
struct UnlearningReplay: Sendable {
    private let run: RecordedRun
    private let inputRanges: [Verification.InputRange]
    private let left: Set<Pseudonym>
    private let key: PrivacyKey
    private let progress: ReplayProgress

    /// - Parameters:
    ///   - run: The recorded run. All its models include only deltas of records before the committed positions.
    ///   - left: The stored pseudonyms of the viewers that are left out.
    init(
        _ run: RecordedRun, _ inputRanges: [Verification.InputRange], left: Set<Pseudonym>, key: PrivacyKey,
        _ progress: ReplayProgress
    ) {
        self.run = run
        self.inputRanges = inputRanges
        self.left = left
        self.key = key
        self.progress = progress
    }

    /// - Parameter source: Returns a partition's records up to the range's `end`.
    /// - Throws: `ReplayError` (`incomparable`) if the epochs of the run depend on the viewers.
    func report<Source: EventSource>(
        source: @escaping @Sendable (Verification.InputRange) throws -> Source
    ) async throws -> UnlearningReport {
        let genesis = CompiledModel(run.genesis.model, version: nil)
        let coordinator = ReplayCoordinator(
            model: run.genesis.model, genesis: genesis, bookkeeping: run.genesis.bookkeeping,
            settings: run.genesis.model.settings, recorded: run.models,
            schedule: EpochSchedule(partitions: inputRanges.count), watcher: ModelAgreement(run.models))
        progress.onStop { Task { await coordinator.stop() } }
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for inputRange in inputRanges {
                    group.addTask {
                        do {
                            // In a call of its own: Swift 6.3.1 crashes if a generic value from throwing code is an
                            // argument of an asynchronous call.
                            let records = try source(inputRange)
                            try await replay(inputRange, genesis, coordinator, records)
                        } catch {
                            // The other partitions may wait for this one.
                            await coordinator.stop()
                            throw error
                        }
                    }
                }
                try await group.waitForAll()
            }
        } catch is Contradiction {
            throw Self.otherEpochs
        }
        try progress.check()
        return try await coordinator.unlearning(run)
    }

    private func replay<Source: EventSource>(
        _ inputRange: Verification.InputRange, _ genesis: CompiledModel, _ coordinator: ReplayCoordinator,
        _ source: Source
    ) async throws {
        let shard = Shard(partition: inputRange.partition, genesis: genesis, keys: KeyedTopics(key))
        var partition = PartitionRun(
            PartitionEngine(shard, offset: inputRange.from), coordinator: coordinator, progress: progress, outlet: nil,
            keepsPlaces: false)
        var rest = WithoutSource(source, without: left)
        let closed = run.last.bookkeeping.partitions[Int(inputRange.partition)].closed
        _ = try await partition.run(&rest, closing: closed)
    }

    /// The viewers' events were the only ones that began an epoch.
    static let otherEpochs = ReplayError(
        .incomparable,
        "without the viewers the run begins or ends with other epochs, so its models cannot be compared. There are too "
            + "few other viewers")
}

extension ReplayCoordinator {
    /// Returns the comparison with the recorded models.
    fileprivate func unlearning(_ run: RecordedRun) throws -> UnlearningReport {
        var report = UnlearningReport()
        guard let agreement = watcher as? ModelAgreement else { return report }
        guard disobeyed == nil else { throw UnlearningReplay.otherEpochs }
        (report.models, report.lastModel) = (agreement.compared, agreement.last?.version)
        report.isIdentical = !agreement.hasDifferences
        (report.sameFrom, report.differing) = (agreement.sameFrom, agreement.differing)
        report.sameFromTime = agreement.sameFrom.map { $0 * run.genesis.model.settings.fixed.epochLength }
        if agreement.differing > 0, let last = agreement.last, let recorded = try run.table.record(last.version) {
            report.difference = ModelDifference(recorded.model, last.model)
        }
        return report
    }
}
