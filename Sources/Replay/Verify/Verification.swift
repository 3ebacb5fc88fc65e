internal import Clustering
public import Kafka
internal import Pipeline
internal import Schemas

/// What a comparison of a live run with its replay found.
public struct VerifyReport: Codable, Equatable, Sendable {
    /// Where a partition's comparison ended: its committed position.
    public struct Partition: Codable, Equatable, Sendable {
        public var partition: Int32
        /// The first offset of the application, or of what is left of it.
        public var from: Int64
        public var to: Int64
        /// As the commit's metadata has it: `v1;open=412`.
        public var phase: String
    }

    public var application = ""
    public var isIdentical: Bool { differences.isEmpty }
    public var partitions: [Partition] = []
    public var events: Int64 = 0
    /// Changes and models that are the same, to the byte and by their content.
    public var changes: Int64 = 0
    public var models: Int64 = 0
    /// The last model's version that was compared.
    public var lastModel: Int64?
    /// Changes that retention has taken from the output topic: nobody can compare them.
    public var gone: Int64 = 0
    /// The first of each partition, of the models, and of the changes of clusters.
    public var differences: [Difference] = []
    public var notes: [String] = []

    public init() {}
}

/// Repeats a live run from what Kafka holds of it, and compares all that it has published: changes byte for byte, models by their
/// content. The group is not joined, and nothing is written.
public struct Verification: Sendable {
    public struct Topics: Sendable {
        public var input: String
        public var output: String
        public var models: String

        public init(input: String, output: String, models: String) {
            self.input = input
            self.output = output
            self.models = models
        }
    }

    let application: String
    let topics: Topics
    let client: ClientConfiguration
    let options: ReplayOptions
    let isJSON: Bool
    public let progress: ReplayProgress

    /// - Parameters:
    ///   - application: the consumer group.
    ///   - options: key, and how the input's records are read; its settings are those of the configuration, which have to be the
    ///     recorded ones.
    ///   - isJSON: of `output.format`.
    public init(
        application: String, topics: Topics, client: ClientConfiguration, options: ReplayOptions, isJSON: Bool,
        progress: ReplayProgress = ReplayProgress()
    ) {
        self.application = application
        self.topics = topics
        self.client = client
        self.options = options
        self.isJSON = isJSON
        self.progress = progress
    }

    /// Compares.
    /// - Throws: `ReplayError` (`incomparable`) where something that the comparison needs is gone, or another configuration is
    ///   given than the recorded one; `KafkaError`.
    public func run() async throws -> VerifyReport {
        let admin = try Admin(client)
        // Models first: each of them includes only what positions that are read later lie behind.
        let modelsBefore = try await watermarks(admin, topics.models, 0).high
        let committed = try await positions(admin)
        let run = try await RecordedRun(
            topics.models, through: try await watermarks(admin, topics.models, 0).high, client: client)
        try check(run)
        let ranges = try await ranges(admin, run, committed)
        let published = try await published(admin)
        let coordinator = ReplayCoordinator(
            model: run.genesis.model, genesis: CompiledModel(run.genesis.model, version: nil),
            bookkeeping: run.genesis.bookkeeping, settings: run.genesis.model.settings, recorded: run.models,
            watcher: ModelVerifier(run.models, encoder: ChangeRecord(format: isJSON ? .json : .protobuf)))
        do {
            return try await compare(run, ranges, published, coordinator, modelsBefore: modelsBefore)
        } catch let contradiction as Contradiction {
            var report = VerifyReport()
            report.application = application
            report.differences = [
                Difference(.model, modelVersion: await coordinator.lastVersion, "\(contradiction)")
            ]
            return report
        }
    }

    /// A partition's stretch of the input.
    struct Stretch: Sendable {
        var partition: Int32
        var from: Int64
        var high: Int64
        var target: Position
    }

    private func watermarks(_ admin: Admin, _ topic: String, _ partition: Int32) async throws -> Admin.Watermarks {
        guard try await admin.partitions(of: topic, timeout: .seconds(10)) != nil else {
            throw ReplayError(.incomparable, "there is no topic \(topic): no run of \(application) was recorded here")
        }
        return try await admin.watermarks(of: TopicPartition(topic, partition))
    }

    /// Committed positions of the input's partitions, stable.
    private func positions(_ admin: Admin) async throws -> [Int32: Position] {
        // Kafka leaves topics that may not be looked at out of a group's positions, as if nothing had been committed there.
        guard try await admin.partitions(of: topics.input, timeout: .seconds(10)) != nil else {
            throw ReplayError(.incomparable, "there is no topic \(topics.input)")
        }
        var positions: [Int32: Position] = [:]
        for (place, commit) in try await admin.committed(group: application, timeout: .seconds(30))
        where place.topic == topics.input {
            guard let phase = PhaseMetadata.phase(commit.metadata) else {
                throw ReplayError(
                    .incomparable,
                    "the position of \(place) was not committed by a version of Shoal that is known here: "
                        + "\"\(commit.metadata)\"")
            }
            positions[place.partition] = Position(offset: commit.offset, phase: phase)
        }
        guard !positions.isEmpty else {
            throw ReplayError(
                .incomparable,
                "the group \(application) has no committed position in \(topics.input): it has published nothing, or Kafka "
                    + "has forgotten an empty group's offsets (offsets.retention.minutes)")
        }
        return positions
    }

    /// The configuration has to be that of the run.
    private func check(_ run: RecordedRun) throws {
        guard run.last.keyFingerprint == options.key.fingerprint else {
            throw ReplayError(
                .incomparable,
                "privacy.key-file holds another key than the run was made with: no pseudonym would be the same")
        }
        let (ours, theirs) = (options.settings, run.last.model.settings)
        guard ours.revision != theirs.revision || ours == theirs else {
            throw ReplayError(
                .incomparable,
                "the run has other settings under the same settings.revision (\(ours.revision)) than this configuration: "
                    + Self.differing(ours, theirs) + "; give the configuration that it runs with")
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

    private func ranges(
        _ admin: Admin, _ run: RecordedRun, _ committed: [Int32: Position]
    ) async throws -> [Stretch] {
        let count = try await admin.partitions(of: topics.input, timeout: .seconds(10)) ?? 0
        guard Int(count) == run.genesis.firstOffsets.count else {
            throw ReplayError(
                .incomparable,
                "\(topics.input) has \(count) partitions, and the run was made with \(run.genesis.firstOffsets.count)")
        }
        var stretches: [Stretch] = []
        for partition in 0..<count {
            let first = run.genesis.firstOffsets[Int(partition)]
            let marks = try await watermarks(admin, topics.input, partition)
            guard marks.low <= first else {
                throw ReplayError(
                    .incomparable,
                    "\(topics.input) partition \(partition) begins at offset \(marks.low): retention has taken the beginning, "
                        + "which the run read from offset \(first) on")
            }
            let target = committed[partition] ?? Position(offset: first, phase: .genesis)
            stretches.append(Stretch(partition: partition, from: first, high: marks.high, target: target))
        }
        return stretches
    }

    private func published(_ admin: Admin) async throws -> (changes: PublishedChanges, ranges: [Range<Int64>]) {
        guard let outputs = try await admin.partitions(of: topics.output, timeout: .seconds(10)) else {
            throw ReplayError(.incomparable, "there is no topic \(topics.output)")
        }
        var ranges: [Range<Int64>] = []
        for partition in 0..<outputs {
            let marks = try await watermarks(admin, topics.output, partition)
            ranges.append(marks.low..<marks.high)
        }
        return (PublishedChanges(outputs: outputs, isShortened: ranges.map { $0.lowerBound > 0 }), ranges)
    }
}
