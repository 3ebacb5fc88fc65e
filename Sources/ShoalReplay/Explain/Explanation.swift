internal import ShoalClustering
public import ShoalKafka
internal import ShoalPipeline
internal import ShoalSchemas

/// Explains a member's assignment in a live run: replays each partition with the recorded models, and records the
/// decisions about the member.
public struct Explanation: Sendable {
    /// The steps to report.
    public enum Selection: Equatable, Sendable {
        /// The last steps that changed the published cluster, up to this number.
        case changes(Int)
        /// The last steps, up to this number.
        case all(Int)
        /// The step at this position of the input.
        case step(partition: Int32, offset: Int64)
    }

    /// The member to explain.
    public enum Subject: Sendable {
        /// By the viewer's id.
        case viewer([UInt8])
        /// By a pseudonym in the output, of any period.
        case published(UInt128)
    }

    let application: String
    let topics: Verification.Topics
    let client: ClientConfiguration
    let options: ReplayOptions
    let checkpoints: Verification.Checkpoints?
    public let progress: ReplayProgress

    public init(
        application: String, topics: Verification.Topics, client: ClientConfiguration, options: ReplayOptions,
        checkpoints: Verification.Checkpoints? = nil, progress: ReplayProgress = ReplayProgress()
    ) {
        self.checkpoints = checkpoints
        self.application = application
        self.topics = topics
        self.client = client
        self.options = options
        self.progress = progress
    }

    /// Returns the published pseudonym of the member and the input position of the published change with this id, or `nil` if the output topic does
    /// not contain it.
    /// - Throws: `ReplayError`; `KafkaError`.
    public func change(_ id: UInt128) async throws -> (member: UInt128, partition: Int32, offset: Int64)? {
        let admin = try Admin(client)
        guard let count = try await admin.partitions(of: topics.output, timeout: .seconds(10)) else {
            throw ReplayError(.incomparable, "the topic \(topics.output) does not exist")
        }
        let ids = ChangeIDs(options.key)
        var found: (member: UInt128, partition: Int32, offset: Int64)?
        for output in 0..<count where found == nil {
            let place = TopicPartition(topics.output, output)
            let marks = try await admin.watermarks(of: place)
            try await BoundedReader(client, progress).read(place, marks.low..<marks.high) { batch, index in
                guard found == nil, let value = batch.valueBytes(index), let change = try? ClusterChange(value),
                    change.id == id, let member = change.member, let position = ids.position(of: id)
                else { return }
                found = (member, position.partition, position.offset)
            }
        }
        return found
    }

    /// Replays the partitions up to the end of the input, or as far as models were recorded.
    /// - Returns: `nil` if the member is unknown.
    /// - Throws: `ReplayError` (`incomparable`) if required data is missing; `KafkaError`.
    public func explain(_ subject: Subject, _ wanted: Selection) async throws -> ExplainReport? {
        let admin = try Admin(client)
        let place = TopicPartition(topics.models, 0)
        guard try await admin.partitions(of: topics.models, timeout: .seconds(10)) != nil else {
            throw ReplayError(
                .incomparable, "the topic \(topics.models) does not exist: no run of \(application) was recorded")
        }
        let run = try await RecordedRun(
            topics.models, of: application, key: options.key,
            through: try await admin.watermarks(of: place).high, client: client, progress)
        let partitions: [Int32]
        if case .step(let partition, _) = wanted {
            partitions = [partition]
        } else {
            partitions = run.genesis.firstOffsets.indices.map { Int32($0) }
        }
        let inputRanges = try await inputRanges(run, partitions, wanted, admin)
        let periods = Self.periods(run)
        let found = try await play(run, inputRanges, stored(subject, periods), wanted)
        let steps = found.flatMap(\.steps)
        let events = found.reduce(0) { $0 + $1.events }
        guard events > 0 else { return nil }
        return ExplainReport(
            member: Hex.text(published(subject, periods)), steps: steps, events: events,
            isFromCheckpoint: inputRanges.contains { $0.start != nil })
    }

    /// The periods of the pseudonyms in a run; nil if they are not rotated.
    private static func periods(_ run: RecordedRun) -> [Int64?] {
        let fixed = run.genesis.model.settings.fixed
        let versions = run.models.compactMap(\.bookkeeping.through)
        guard let first = versions.first.flatMap({ fixed.period(of: $0) }), let last = versions.last,
            let end = fixed.period(of: last + fixed.staleness + 1)
        else { return [nil] }
        return Array(first...max(first, end))
    }

    /// Returns the pseudonyms in the state that a member may have: one for each period of its pseudonym in the output. Only
    /// one of them is that of a viewer.
    private func stored(_ subject: Subject, _ periods: [Int64?]) -> Set<Pseudonym> {
        switch subject {
        case .viewer(let id): return [options.key.storedPseudonym(of: id)]
        case .published(let name):
            let pseudonyms = PublishedPseudonyms(options.key)
            return Set(periods.map { pseudonyms.stored(name, in: $0) })
        }
    }

    private func published(_ subject: Subject, _ periods: [Int64?]) -> UInt128 {
        switch subject {
        case .viewer(let id): options.key.publishedPseudonym(of: id, in: periods.last ?? nil)
        case .published(let name): name
        }
    }

    private struct InputRange {
        var partition: Int32
        var range: Range<Int64>
        var start: CheckpointStart?
    }

    private func inputRanges(
        _ run: RecordedRun, _ partitions: [Int32], _ wanted: Selection, _ admin: Admin
    ) async throws -> [InputRange] {
        let starts = try await CheckpointStart.all(topics, checkpoints, application, options.key, admin)
        let models = RecordedModels(run.table)
        var inputRanges: [InputRange] = []
        for partition in partitions {
            let marks = try await admin.watermarks(of: TopicPartition(topics.input, partition))
            let first = run.genesis.firstOffsets[Int(partition)]
            let start = try starts[partition].beginning(
                topics.input, partition, low: marks.low, first: first, checkpoints, application)
            try await start?.check(run, models, low: marks.low, committed: nil)
            if case .step(_, let offset) = wanted, let start, offset < start.point.offset {
                throw ReplayError(
                    .incomparable,
                    "the change was caused by offset \(offset) of partition \(partition), which is before the start "
                        + "of the replay at the checkpoint, offset \(start.point.offset)")
            }
            inputRanges.append(
                InputRange(partition: partition, range: (start?.offset ?? first)..<marks.high, start: start))
        }
        return inputRanges
    }

    private func play(
        _ run: RecordedRun, _ inputRanges: [InputRange], _ members: Set<Pseudonym>, _ wanted: Selection
    ) async throws -> [(steps: [ExplainReport.Step], events: Int64)] {
        let models = RecordedModels(run.table)
        let genesis = CompiledModel(run.genesis.model, version: nil)
        let input = try TopicInput(
            topics.input, client, options, progress, recorded: run.genesis.model.settings.fixed,
            ranges: inputRanges.map(\.range), partitions: run.genesis.firstOffsets.count)
        return try await withThrowingTaskGroup(of: (Int32, [ExplainReport.Step], Int64).self) { group in
            for (index, inputRange) in inputRanges.enumerated() {
                group.addTask {
                    let (partition, range) = (inputRange.partition, inputRange.range)
                    let lens = ExplainLens(members: members, partition: partition, wanted)
                    var engine = try await inputRange.start.engine(partition, range, at: index, genesis, models, input)
                    engine.lens = lens
                    var rest = try input.source(partition, engine.driver.offset..<range.upperBound, at: index)
                    try await Self.play(&engine, &rest, models, progress)
                    return (partition, lens.steps, lens.events)
                }
            }
            let all = try await group.reduce(into: []) { $0.append($1) }
            return all.sorted { $0.0 < $1.0 }.map { ($0.1, $0.2) }
        }
    }

    private static func play(
        _ engine: inout PartitionEngine, _ source: inout TopicSource, _ models: RecordedModels,
        _ progress: ReplayProgress
    ) async throws {
        var counted: Int64 = 0
        while true {
            let stop = engine.run(&source)
            engine.driver.changes.removeAll(keepingCapacity: true)
            progress.add(engine.driver.shard.counters.events - counted)
            counted = engine.driver.shard.counters.events
            switch stop {
            case .empty: guard try await source.fill() else { return }
            case .changes, .closed: continue
            case .arrived: return
            case .needs(let version):
                // The recorded run has not reached this point.
                guard let model = try await models.exact(version) else { return }
                while !engine.open(model, offset: engine.pendingOffset) {}
            }
        }
    }
}

extension ExplainLens {
    fileprivate convenience init(members: Set<Pseudonym>, partition: Int32, _ wanted: Explanation.Selection) {
        switch wanted {
        case .changes(let most): self.init(members: members, partition: partition, onlyChanges: true, most: most)
        case .all(let most): self.init(members: members, partition: partition, onlyChanges: false, most: most)
        case .step(_, let offset):
            self.init(members: members, partition: partition, onlyChanges: false, most: 4)
            wantedOffset = offset
        }
    }
}
