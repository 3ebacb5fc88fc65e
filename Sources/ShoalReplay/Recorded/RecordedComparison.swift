public import ShoalClustering
public import ShoalKafka
internal import ShoalPipeline
internal import ShoalSchemas

/// Compares this program and a configuration with the recorded run of a live group over the same input. A is the
/// recorded run, B the replay. Joins no group and writes nothing.
public struct RecordedComparison: Sendable {
    private let verification: Verification
    public var progress: ReplayProgress { verification.progress }

    /// - Parameters:
    ///   - application: The consumer group.
    ///   - options: The key, the input options, and the settings of B.
    public init(
        application: String, topics: Verification.Topics, client: ClientConfiguration, options: ReplayOptions,
        progress: ReplayProgress = ReplayProgress()
    ) {
        verification = Verification(
            application: application, topics: topics, client: client, options: options, isJSON: false,
            progress: progress)
    }

    /// Runs B up to the group's committed position, and collects A's results for the same records.
    /// - Parameter truth: The group of each viewer that belongs to exactly one.
    /// - Returns: Both results, with memberships.
    /// - Throws: `ReplayError` (`incomparable`) if required data is missing; `KafkaError`.
    public func run(truth: [Pseudonym: Int32]? = nil) async throws -> (a: ReplayResult, b: ReplayResult) {
        let admin = try Admin(verification.client)
        let topics = verification.topics
        _ = try await verification.watermarks(admin, topics.models, 0)
        let committed = try await verification.positions(admin)
        let outputs = try await outputs(admin)
        let run = try await RecordedRun(
            topics.models, of: verification.application, key: verification.options.key,
            through: try await verification.watermarks(admin, topics.models, 0).high,
            client: verification.client, progress)
        if let damaged = run.models.first(where: { $0.contentHash != $0.announcedHash }) {
            throw ReplayError(
                .contradiction,
                "\(topics.models) offset \(damaged.offset): the content hash is \(damaged.contentHash), but not that "
                    + "of its header, \(damaged.announcedHash)")
        }
        try verification.checkKey(run)
        let inputRanges = try await verification.ranges(admin, run, committed, [:])
        var (b, last) = try await replay(run, inputRanges)
        guard !progress.isStopped else { return (ReplayResult(ReplayReport()), b) }
        let side = try await side(run, inputRanges, outputs)
        var a = ReplayResult(try side.report(run, input: b.report.input, through: last ?? .max))
        a.places = side.places
        // They are in the recorded output as members until their erasure is published.
        for gone in b.erased where b.places[gone.member] ?? 0 == 0 { b.places[gone.member] = gone.published }
        b.measureQuality()
        if let truth {
            let members = Set(a.places.keys).union(b.places.keys).sorted()
            a.report.quality.judge(a.places, among: members, truth)
            b.report.quality.judge(b.places, among: members, truth)
        }
        return (a, b)
    }

    private func outputs(_ admin: Admin) async throws -> [Range<Int64>] {
        let ranges = try await verification.outputs(admin)
        for (partition, range) in ranges.enumerated() where range.lowerBound > 0 {
            throw ReplayError(
                .incomparable,
                "\(verification.topics.output) partition \(partition) begins at offset \(range.lowerBound): retention "
                    + "has deleted the first changes, without which the members' clusters are unknown")
        }
        return ranges
    }

    /// Collects the published changes up to the committed positions.
    private func side(
        _ run: RecordedRun, _ inputRanges: [Verification.InputRange], _ outputs: [Range<Int64>]
    ) async throws -> RecordedSide {
        let settings = run.genesis.model.settings
        var side = RecordedSide(settings, verification.options.key)
        let committed = PublishedChanges.Before(
            points: inputRanges.map { SnapshotPoint(offset: $0.target.offset, epoch: $0.target.phase.epoch) },
            model: .max,
            fixed: settings.fixed)
        let ids = ChangeIDs(verification.options.key)
        let topic = verification.topics.output
        for (output, range) in outputs.enumerated() {
            let place = TopicPartition(topic, Int32(output))
            try await BoundedReader(verification.client, progress).read(place, range) { batch, index in
                guard let value = batch.valueBytes(index), let change = try? ClusterChange(value) else {
                    throw ReplayError(
                        .incomparable,
                        "\(place) offset \(batch.offset(index)) is not a cluster change: another program may write to "
                            + "this topic")
                }
                if committed.contains(change, at: ids.position(of: change.id)) { side.take(change) }
            }
        }
        return side
    }

    /// Replays the same records with this program and its settings.
    private func replay(
        _ run: RecordedRun, _ inputRanges: [Verification.InputRange]
    ) async throws -> (result: ReplayResult, last: Epoch?) {
        let options = verification.options
        var replay = Replay(options, progress: progress)
        replay.keepsPlaces = true
        replay.rules = run.last.model.rules(under: options.settings)
        // If the epochs are equal, both runs include the same deltas, so that differences do not come from wall clocks.
        var fixed = options.settings.fixed
        // The records stay in their partitions.
        fixed.partitioner = run.genesis.model.settings.fixed.partitioner
        let hasSameEpochs = fixed == run.genesis.model.settings.fixed
        let recorded = run.models.map { [replay] model in
            var model = model
            let optedOut = model.settings.optedOut
            (model.settings, model.rules) = (options.settings, replay.rules)
            model.settings.optedOut = optedOut
            return model
        }
        let coordinator = replay.coordinator(
            partitions: inputRanges.count, recorded: hasSameEpochs ? recorded : nil)
        let ranges = inputRanges.map { inputRange in
            // The record at the position may have opened an epoch already.
            inputRange
                .from..<min(max(inputRange.target.offset + 1, inputRange.from), max(inputRange.high, inputRange.from))
        }
        let genesis = replay.genesis
        let input = try TopicInput(
            verification.topics.input, verification.client, options, progress, ranges: ranges,
            partitions: run.genesis.firstOffsets.count)
        var result = try await replay.results(coordinator, partitions: inputRanges.count) { [replay] partition in
            let inputRange = inputRanges[partition]
            let shard = Shard(partition: inputRange.partition, genesis: genesis, keys: KeyedTopics(options.key))
            var engine = PartitionEngine(shard, offset: inputRange.from)
            engine.driver.target = inputRange.target
            var source = try input.source(inputRange.partition, ranges[partition])
            var run = PartitionRun(
                engine, coordinator: coordinator, progress: replay.progress, outlet: nil, keepsPlaces: true)
            return try await run.run(&source)
        }
        result.report.input.name = input.topic
        result.report.input.rejected = input.rejected.byReason
        result.report.input.ranges = inputRanges.map {
            ReplayReport.Input.Range(partition: $0.partition, from: $0.from, to: $0.target.offset)
        }
        if !hasSameEpochs {
            result.report.notes.append(
                "fixed settings differ, so the deltas that the recorded models include cannot be used: each model "
                    + "includes the deltas that it would include if the input were complete from the beginning")
            return (result, nil)
        }
        return (result, await coordinator.lastVersion)
    }
}

extension Phase {
    /// The open epoch, or the last open one while the next is awaited.
    fileprivate var epoch: Epoch? {
        switch self {
        case .genesis: nil
        case .open(let epoch): epoch
        case .waiting(let epoch, let after): after == nil ? epoch - 1 : epoch
        case .rotating(let epoch, _, _): epoch
        }
    }
}
