package import ShoalClustering
internal import ShoalPipeline
internal import ShoalSchemas

/// Runs the engine in memory over a finite input. Joins no group, commits no offset and writes no topic. Uses all
/// cores; the result is byte-identical on any number of them.
public struct Replay: Sendable {
    public let options: ReplayOptions
    public let progress: ReplayProgress
    /// Whether the members' final clusters are kept, by pseudonym.
    package var keepsPlaces = false
    /// Measures epochs and members; nil: they are not measured.
    package var meter: ReplayMeter?
    /// The rules with which it begins.
    var rules = LifecycleRules.current
    /// Receives the changes; `nil` to discard them.
    var outlet: ReplayOutlet?
    /// Measures what is published, if the epochs are given; `nil` to measure nothing.
    package var disclosure: DisclosureCollector?

    public init(_ options: ReplayOptions, progress: ReplayProgress = ReplayProgress()) {
        self.options = options
        self.progress = progress
    }

    var genesis: CompiledModel {
        var model = Model.genesis(settings: options.settings.under(rules), topics: options.vocabulary)
        model.rules = rules
        return CompiledModel(model, version: nil)
    }

    /// Returns the coordinator of a run.
    /// - Parameter recorded: Models whose included deltas, settings and rules are applied; `nil` if the input is complete.
    func coordinator(
        partitions: Int, opening first: Epoch? = nil, recorded: [RecordedModel]? = nil
    ) -> ReplayCoordinator {
        let genesis = genesis
        let states = (0..<partitions).map { _ in
            var state = PartitionState()
            state.first = first
            return state
        }
        let before = first.map { $0 - 1 }
        return ReplayCoordinator(
            model: genesis.model, genesis: genesis,
            bookkeeping: Bookkeeping(
                from: nil, through: before, start: before, partitions: states, deltaOffset: 0, oldestOffset: 0),
            settings: options.settings, recorded: recorded, watcher: ReportBuilder(meter: meter), outlet: outlet)
    }

    /// Runs all partitions, each from its own source.
    /// - Parameter isWhole: Whether the input ends with the log, so that its last epoch is closed.
    func run<Source: EventSource>(
        _ coordinator: ReplayCoordinator, partitions: Int, isWhole: Bool = false,
        source: @escaping @Sendable (Int) async throws -> Source
    ) async throws -> ReplayResult {
        let genesis = genesis
        return try await results(coordinator, partitions: partitions) { partition in
            let shard = Shard(
                partition: Int32(partition), genesis: genesis, keys: KeyedTopics(options.key))
            var run = PartitionRun(
                PartitionEngine(shard, offset: 0), coordinator: coordinator, progress: progress, outlet: outlet,
                keepsPlaces: keepsPlaces)
            var source = try await source(partition)
            return try await run.run(&source, isWhole: isWhole)
        }
    }

    /// Runs all partitions over the epochs in the spool.
    func run(_ spool: EpochSpool, partitions count: Int) async throws -> ReplayResult {
        guard let epochs = await spool.epochs else { return ReplayResult(ReportBuilder().report()) }
        guard !epochs.isTooLong else { throw Self.tooLong(epochs, length: options.settings.fixed.epochLength) }
        let coordinator = coordinator(partitions: count, opening: epochs.first)
        let genesis = genesis
        let span = DisclosureCollector.Span(first: epochs.first, last: epochs.last, options.settings.fixed)
        disclosure?.begin(partitions: count)
        return try await results(coordinator, partitions: count) { partition in
            let shard = Shard(
                partition: Int32(partition), genesis: genesis, keys: KeyedTopics(options.key),
                opening: epochs.first)
            let places = disclosure.map { PublishedTracks($0, span, partition: partition) }
            var run = PartitionRun(
                PartitionEngine(shard, offset: 0, isGiven: true), coordinator: coordinator, progress: progress,
                outlet: outlet, places: places, keepsPlaces: keepsPlaces)
            var source = SpooledSource(spool, partition: partition, first: epochs.first)
            return try await run.run(&source, epochs: epochs)
        }
    }

    private static func tooLong(_ epochs: GivenSpan, length: Int64) -> ReplayError {
        ReplayError(
            .input,
            "The events lie too far apart for --epochs given: they span \(epochs.last - epochs.first + 1) epochs, "
                + "from the time \(epochs.first * length) to \((epochs.last + 1) * length) (ms since 1970), and at "
                + "most \(GivenSpan.most) are replayed. Correct the times of the events, set a longer epoch.length, "
                + "or use --epochs clock.")
    }

    /// Runs a task for each partition, and builds the report from their results.
    func results(
        _ coordinator: ReplayCoordinator, partitions: Int,
        _ body: @escaping @Sendable (Int) async throws -> PartitionResult
    ) async throws -> ReplayResult {
        progress.onStop { Task { await coordinator.stop() } }
        var results = try await withThrowingTaskGroup(of: PartitionResult.self) { group in
            for partition in 0..<partitions {
                group.addTask {
                    do {
                        return try await body(partition)
                    } catch {
                        // Partitions that wait for models end, so that the error is reported.
                        await coordinator.stop()
                        throw error
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        results.sort { $0.partition < $1.partition }
        return try await conclude(results, coordinator)
    }

    private func conclude(
        _ results: [PartitionResult], _ coordinator: ReplayCoordinator
    ) async throws -> ReplayResult {
        if !progress.isStopped, let starved = results.first(where: { $0.starvedFor != nil }) {
            throw ReplayError(
                .contradiction,
                "Partition \(starved.partition) waits for the model of epoch \(starved.starvedFor ?? 0), to which no "
                    + "partition can contribute any more. This is an error in Shoal; report it together with the "
                    + "input.")
        }
        meter?.take(results)
        var report = await coordinator.report()
        report.isInterrupted = progress.isStopped
        report.settings = ReplayReport.Setting.list(options.settings)
        report.add(results, options.settings, isGiven: options.epochs == .given)
        let model = await coordinator.lastModel
        if let start = await coordinator.start, let last = await coordinator.lastVersion {
            report.flows = Self.flows(results, start: start, last: last, settings: options.settings)
        }
        var result = ReplayResult(report)
        result.sample = SampledMember.merge(results.map(\.sample))
        result.model = model
        if keepsPlaces {
            for partial in results { result.places.merge(partial.places) { first, _ in first } }
            result.erased = results.flatMap(\.erased)
            result.period = results.compactMap(\.period).max()
        }
        return result
    }

    /// Returns the flows of members between a point near the middle and the end.
    private static func flows(
        _ results: [PartitionResult], start: Epoch, last: Epoch, settings: Settings
    ) -> ReplayReport.Flows? {
        guard let middle = MembershipHistory.middle(of: last - start) else { return nil }
        var counts: [[ClusterID]: Int64] = [:]
        for result in results {
            // Memberships of a partition that has opened no epoch since then are unchanged.
            let before = result.history[middle] ?? result.places
            for (member, to) in result.places { counts[[before[member] ?? 0, to], default: 0] += 1 }
            for (member, from) in before where result.places[member] == nil { counts[[from, 0], default: 0] += 1 }
        }
        counts[[0, 0]] = nil
        let least = settings.minClusterSize
        let shown = counts.filter { $0.value >= least }
        let flows = shown.map { ReplayReport.Flows.Flow(from: $0.key[0], to: $0.key[1], members: $0.value) }
            .sorted { ($0.from, $0.to) < ($1.from, $1.to) }
        let (from, length) = (start + (1 << middle), settings.fixed.epochLength)
        return ReplayReport.Flows(
            from: from, to: last, fromTime: from * length, toTime: (last + 1) * length, flows: flows,
            hidden: counts.values.reduce(0, +) - shown.values.reduce(0, +))
    }
}

/// The result of a replay: the report, and data for further measures.
public struct ReplayResult: Sendable {
    public var report: ReplayReport
    /// The locations of the first invalid records, one per line.
    public var messages: [String] = []
    /// A sample of members for the quality measure, and their model.
    package var sample: [SampledMember] = []
    package var model: Model?
    /// The members' final published clusters, if requested.
    package var places: [Pseudonym: ClusterID] = [:]
    /// Erased members that are not yet published as such, if `places` were requested.
    package var erased: [ErasedMember] = []
    /// The period of the members' pseudonyms in the output; nil if they are not rotated.
    package var period: Int64?

    init(_ report: ReplayReport) {
        self.report = report
    }
}
