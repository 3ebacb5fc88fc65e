internal import ShoalClustering
public import ShoalKafka
internal import ShoalPipeline
internal import ShoalSchemas

/// Repeats a live run from its topics, and compares everything that it published: changes byte by byte, models by
/// content. Joins no group and writes nothing.
public struct Verification: Sendable {
    public struct Topics: Sendable {
        public var input: String
        public var output: String
        public var models: String
        public var state: String

        public init(input: String, output: String, models: String, state: String) {
            self.input = input
            self.output = output
            self.models = models
            self.state = state
        }
    }

    /// The location of checkpoints from which a partition can be repeated.
    public struct Checkpoints: Sendable {
        public var directory: String
        /// Whether to use them even if the input is complete.
        public var isAsked: Bool

        public init(directory: String, isAsked: Bool) {
            self.directory = directory
            self.isAsked = isAsked
        }
    }

    let application: String
    let topics: Topics
    let checkpoints: Checkpoints?
    let client: ClientConfiguration
    let options: ReplayOptions
    let isJSON: Bool
    public let progress: ReplayProgress

    /// - Parameters:
    ///   - application: The consumer group.
    ///   - options: The key and the input options. The settings must equal the recorded ones.
    ///   - isJSON: `output.format`.
    ///   - checkpoints: `nil` for none.
    public init(
        application: String, topics: Topics, client: ClientConfiguration, options: ReplayOptions, isJSON: Bool,
        checkpoints: Checkpoints? = nil, progress: ReplayProgress = ReplayProgress()
    ) {
        self.application = application
        self.topics = topics
        self.client = client
        self.options = options
        self.isJSON = isJSON
        self.checkpoints = checkpoints
        self.progress = progress
    }

    /// Runs the comparison.
    /// - Throws: `ReplayError` (`incomparable`) if required data is missing, or the configuration differs from the
    ///   recorded one; `KafkaError`.
    public func run() async throws -> VerifyReport {
        let admin = try Admin(client)
        // Models first: each includes only data before positions that are read later.
        let modelsBefore = try await watermarks(admin, topics.models, 0).high
        let starts = try await CheckpointStart.all(topics, checkpoints, application, options.key, admin)
        // After the checkpoints: a snapshot is committed together with its position.
        let committed = try await positions(admin)
        let run = try await RecordedRun(
            topics.models, of: application, key: options.key,
            through: try await watermarks(admin, topics.models, 0).high, client: client, progress)
        try check(run)
        let ranges = try await ranges(admin, run, committed, starts)
        let continuation = try await Continuation(run, deltaCounts: ranges.map { $0.start?.deltaCount ?? 0 })
        let published = try await published(admin, run, ranges, continuation)
        let comparison = RunComparison(
            application: application, topics: topics, run: run, inputRanges: ranges, changes: published.changes,
            coordinator: continuation.coordinator(run, key: options.key, isJSON: isJSON), key: options.key,
            isJSON: isJSON, modelsBefore: modelsBefore,
            progress: progress)
        var report = try await compare(comparison, published.ranges)
        report.givenModel = continuation.given.last?.bookkeeping.through
        return report
    }

    /// Reads input and output from Kafka.
    private func compare(_ comparison: RunComparison, _ outputs: [Range<Int64>]) async throws -> VerifyReport {
        let run = comparison.run
        let input = try TopicInput(
            topics.input, client, options, progress, recorded: run.genesis.model.settings.fixed,
            ranges: comparison.inputRanges.map { $0.from..<max($0.target.offset, $0.from) },
            partitions: run.genesis.firstOffsets.count)
        let genesis = CompiledModel(run.genesis.model, version: nil)
        let models = RecordedModels(run.table)
        do {
            return try await comparison.report(outputs: outputs.count) { output in
                try await read(output, outputs[Int(output)], into: comparison.changes)
            } engine: { inputRange in
                try await inputRange.start.engine(
                    inputRange.partition, inputRange.from..<inputRange.high, at: Int(inputRange.partition), genesis,
                    models, input)
            } source: { inputRange, offset in
                try input.source(inputRange.partition, offset..<inputRange.high, at: Int(inputRange.partition))
            }
        } catch let contradiction as Contradiction {
            var report = VerifyReport()
            report.application = application
            report.differences = [
                Difference(.model, modelVersion: await comparison.coordinator.lastVersion, "\(contradiction)")
            ]
            return report
        }
    }

    private func read(_ output: Int32, _ range: Range<Int64>, into changes: PublishedChanges) async throws {
        var records: [RecordQueue.Record] = []
        func add() async throws {
            try await changes.add(records, output: output)
            records.removeAll(keepingCapacity: true)
        }
        try await BoundedReader(client, progress).read(TopicPartition(topics.output, output), range, pause: add) {
            batch, index in
            records.append(
                RecordQueue.Record(
                    key: batch.keyBytes(index) ?? [], value: batch.valueBytes(index) ?? [],
                    offset: batch.offset(index)))
        }
        try await add()
    }

    /// The replayed range of an input partition.
    struct InputRange: Sendable {
        var partition: Int32
        var from: Int64
        var high: Int64
        var target: Position
        /// The checkpoint at which it begins; `nil` for the start of the application.
        var start: CheckpointStart?
    }

    func watermarks(_ admin: Admin, _ topic: String, _ partition: Int32) async throws -> Admin.Watermarks {
        guard try await admin.partitions(of: topic, timeout: .seconds(10)) != nil else {
            throw ReplayError(.incomparable, "the topic \(topic) does not exist: no run of \(application) was recorded")
        }
        return try await admin.watermarks(of: TopicPartition(topic, partition))
    }

    /// Returns the committed, stable positions of the input partitions.
    func positions(_ admin: Admin) async throws -> [Int32: Position] {
        // Kafka omits topics without the Describe right from a group's positions, as if nothing were committed.
        guard try await admin.partitions(of: topics.input, timeout: .seconds(10)) != nil else {
            throw ReplayError(.incomparable, "the topic \(topics.input) does not exist")
        }
        var positions: [Int32: Position] = [:]
        for (place, commit) in try await admin.committed(group: application, timeout: .seconds(30))
        where place.topic == topics.input {
            guard let handled = CommittedPosition(offset: commit.offset, metadata: commit.metadata).handled else {
                throw ReplayError(
                    .incomparable,
                    "the position of \(place) was committed by an unknown version of Shoal: "
                        + "\"\(commit.metadata)\"")
            }
            positions[place.partition] = handled
        }
        guard !positions.isEmpty else {
            throw ReplayError(
                .incomparable,
                "the group \(application) has no committed position in \(topics.input): it has published nothing, or "
                    + "Kafka has deleted the offsets of the empty group (offsets.retention.minutes)")
        }
        return positions
    }

    func checkKey(_ run: RecordedRun) throws {
        if let reason = run.last.model.settings.unicodeProblem {
            throw ReplayError(.incomparable, "cannot repeat the run of \(application): \(reason)")
        }
    }

    /// Checks that the configuration is that of the run.
    func check(_ run: RecordedRun) throws {
        try checkKey(run)
        let (ours, theirs) = (options.settings.under(run.last.model.rules), run.last.model.settings)
        guard ours.revision != theirs.revision || ours.isConfigured(as: theirs) else {
            throw ReplayError(
                .incomparable,
                "the run has other settings under the same settings.revision (\(ours.revision)) than this "
                    + "configuration: "
                    + Self.differing(ours, theirs) + ". Use the configuration of the group")
        }
    }

    private static func differing(_ ours: Settings, _ theirs: Settings) -> String {
        let (left, right) = (ReplayReport.Setting.list(ours), ReplayReport.Setting.list(theirs))
        let values = Dictionary(right.map { ($0.name, $0.value) }) { first, _ in first }
        let changed = left.filter { values[$0.name] != $0.value }.map {
            "\($0.name) is \($0.value) here, and \(values[$0.name] ?? "not set") there"
        }
        return changed.isEmpty ? "lists of topics, or memberships, differ" : changed.joined(separator: ", ")
    }

    func ranges(
        _ admin: Admin, _ run: RecordedRun, _ committed: [Int32: Position], _ starts: [Int32: CheckpointStart]
    ) async throws -> [InputRange] {
        let count = try await admin.partitions(of: topics.input, timeout: .seconds(10)) ?? 0
        guard Int(count) == run.genesis.firstOffsets.count else {
            throw ReplayError(
                .incomparable,
                "\(topics.input) has \(count) partitions, but the run had \(run.genesis.firstOffsets.count)")
        }
        let models = RecordedModels(run.table)
        var inputRanges: [InputRange] = []
        for partition in 0..<count {
            let first = run.genesis.firstOffsets[Int(partition)]
            let marks = try await watermarks(admin, topics.input, partition)
            let target = committed[partition] ?? Position(offset: first, phase: .genesis)
            let start = try starts[partition].beginning(
                topics.input, partition, low: marks.low, first: first, checkpoints, application)
            try await start?.check(run, models, low: marks.low, committed: target.offset)
            inputRanges.append(
                InputRange(
                    partition: partition, from: start?.offset ?? first, high: marks.high, target: target, start: start))
        }
        let isEmpty = inputRanges.allSatisfy { inputRange in
            inputRange.start.map { $0.point.offset == inputRange.target.offset } ?? false
        }
        guard !isEmpty else {
            throw ReplayError(
                .incomparable,
                "the checkpoints are at the committed positions of the group: there is nothing after them to compare"
            )
        }
        return inputRanges
    }

    private func published(
        _ admin: Admin, _ run: RecordedRun, _ inputRanges: [InputRange], _ continuation: Continuation
    ) async throws -> (changes: PublishedChanges, ranges: [Range<Int64>]) {
        let ranges = try await outputs(admin)
        let before = PublishedChanges.Before(
            points: inputRanges.map { $0.start?.point }, model: continuation.given.last?.bookkeeping.through,
            fixed: run.genesis.model.settings.fixed)
        let shortened = ranges.map { $0.lowerBound > 0 }
        let changes = PublishedChanges(
            outputs: Int32(ranges.count), isShortened: shortened, before: before, key: options.key,
            progress: progress)
        return (changes, ranges)
    }

    /// Returns the available range of each output partition.
    func outputs(_ admin: Admin) async throws -> [Range<Int64>] {
        guard let count = try await admin.partitions(of: topics.output, timeout: .seconds(10)) else {
            throw ReplayError(.incomparable, "the topic \(topics.output) does not exist")
        }
        var ranges: [Range<Int64>] = []
        for partition in 0..<count {
            let marks = try await watermarks(admin, topics.output, partition)
            ranges.append(marks.low..<marks.high)
        }
        return ranges
    }
}
