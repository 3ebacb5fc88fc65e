import Foundation
import ShoalClustering
import ShoalKafka
import ShoalSchemas
import TestSupport

@testable import ShoalPipeline

/// A Shoal application under test: its topics, its settings and its output.
struct Application {
    static let keyDigits = TestKey.digits

    let broker: TestBroker
    let name: String
    let input: String
    var settings: [String: String]
    private let folder: TemporaryFolder

    var output: String { "\(name)-out" }
    var members: String { "\(name)-members" }
    /// nil if it is not written.
    var clusters: String? { settings["clusters.topic"] }
    var deadLetters: String { "\(name)-dead" }
    var deltas: String { "\(name)-deltas" }
    var models: String { "\(name)-models" }
    var state: String { "\(name)-state" }

    /// Settings that let small streams form clusters within seconds.
    static let quick = [
        "epoch.idle-timeout": "700ms", "clusters.seed-members": "60", "clusters.initial": "4",
        "privacy.min-cluster-size": "5", "members.min-events": "3", "kafka.session.timeout.ms": "6000",
        "kafka.heartbeat.interval.ms": "500", "kafka.fetch.wait.max.ms": "50",
        "log.format": "text", "log.level": "debug", "snapshot.interval": "300ms",
        // Tests compare the bytes of dead letters.
        "dead-letters.content": "full",
    ]

    /// - Parameter topics: The lines of `topics.file`. If empty, topics are admitted as viewers watch them.
    init(
        _ broker: TestBroker, _ prefix: String, input: String? = nil, topics: [String] = [],
        settings: [String: String] = [:]
    ) throws {
        self.broker = broker
        name = uniqueName(prefix)
        self.input = input ?? "\(name)-in"
        folder = try TemporaryFolder()
        var all = Self.quick
        all["kafka.bootstrap.servers"] = broker.bootstrap
        if !topics.isEmpty { all["topics.file"] = try folder.file("topics.txt", topics.joined(separator: "\n")) }
        all["application.id"] = name
        // Inputs of these tests are partitioned by `InputStream.Record.partition(of:)`.
        all["input.partitioner"] = "any"
        all["input.topic"] = self.input
        for (setting, topic) in [
            ("output.topic", "\(name)-out"), ("members.topic", "\(name)-members"),
            ("dead-letters.topic", "\(name)-dead"),
        ] { all[setting] = topic }
        self.settings = all.merging(settings) { $1 }
    }

    /// The same application with `clusters.topic`.
    func writingClusters() -> Application {
        var application = self
        application.settings["clusters.topic"] = "\(name)-clusters"
        return application
    }

    /// Creates the topics. The input topic is created only if this application does not share another one's.
    func createTopics(partitions: Int32) async throws {
        var topics = [output: Int32(4), members: 2, deadLetters: 1, deltas: 1, models: 1]
        if let clusters { topics[clusters] = 1 }
        if input.hasPrefix(name) {
            topics[input] = partitions
            topics[state] = partitions
        } else {
            topics[state] = try await Admin(broker.configuration()).partitions(of: input)
        }
        try await broker.create(topics)
    }

    /// Starts an instance.
    /// - Parameter program: The program to run instead of the one under test, for example an older release.
    func start(
        _ instance: String = "a", _ more: [String: String] = [:], key: String = Self.keyDigits, program: String? = nil
    ) throws -> ShoalProcess {
        let all = settings.merging(["instance.id": instance]) { $1 }.merging(more) { $1 }
        return try ShoalProcess(
            ["run"] + all.sorted { $0.key < $1.key }.flatMap { ["--set", "\($0.key)=\($0.value)"] },
            environment: ["SHOAL_PRIVACY_KEY": key], program: program)
    }

    /// Runs one instance until the input is used up.
    func run(within time: Duration = patience) async throws {
        let instance = try start()
        try await settle([instance], within: time)
        let status = try await instance.stop()
        guard status == 0 else { throw ProcessMisbehaved(description: "exit status \(status):\n\(instance.log)") }
    }

    // MARK: - Output

    func records(of topic: String) async throws -> [TestRecord] { try await broker.records(of: topic) }

    /// Returns key and value of all changes, sorted.
    func sortedChanges() async throws -> [Line] {
        try await records(of: output).map { Line($0.key, $0.value) }.sorted()
    }

    /// Returns the content hash of each version.
    func modelHashes() async throws -> [Epoch: String] {
        var hashes: [Epoch: String] = [:]
        for record in try await records(of: models) {
            func header(_ name: String) -> String { String(decoding: record.headers[name] ?? [], as: UTF8.self) }
            guard let through = Epoch(header("through")) else { continue }
            for version in (Epoch(header("from")) ?? through)...through { hashes[version] = header("content_hash") }
        }
        return hashes
    }

    /// Returns the model records in order.
    func modelRecords() async throws -> [ModelRecord] {
        var table = ModelTable(sealer(of: models))
        return try await records(of: models).compactMap { record in
            let value = record.value ?? []
            return try table.take(value.span, offset: record.offset)
        }
    }

    /// A key and a value, comparable and sortable.
    struct Line: Hashable, Comparable, CustomStringConvertible {
        var key: [UInt8]
        var value: [UInt8]

        init(_ key: [UInt8]?, _ value: [UInt8]?) {
            self.key = key ?? []
            self.value = value ?? []
        }

        static func < (left: Self, right: Self) -> Bool {
            left.key == right.key
                ? left.value.lexicographicallyPrecedes(right.value) : left.key.lexicographicallyPrecedes(right.key)
        }

        var description: String {
            guard let change = try? ClusterChange(value) else { return "\(key): no change" }
            var json: [UInt8] = []
            change.encodeJSON(into: &json)
            return String(decoding: json, as: UTF8.self)
        }
    }
}
