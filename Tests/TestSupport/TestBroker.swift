public import Foundation

/// A broker for tests: the one named by `SHOAL_TEST_BROKER` (noida, kafka3, kafka4, kafka3x3, kafka4x3), or the cluster
/// at `SHOAL_TEST_BOOTSTRAP`. It starts once per test process and ends with it.
public struct TestBroker: Sendable {
    public init(kind: Kind, bootstrap: String, facts: [String: String]) {
        self.kind = kind
        self.bootstrap = bootstrap
        self.facts = facts
    }

    public enum Kind: Hashable, Sendable {
        /// The 5 MB broker from the tests' virtual environment. It cannot verify zombies and take-overs.
        case noida
        case apacheKafka(release: Int, brokers: Int, isSecure: Bool)
        case external(String)

        public var isApache: Bool {
            if case .noida = self { false } else { true }
        }
    }

    public var kind: Kind
    public var bootstrap: String
    /// The output of the start script: `DIR`, `BOOTSTRAP_SSL`, `CLIENT_SSL`, …
    public var facts: [String: String]

    /// The broker used by the whole suite.
    public static var kind: Kind {
        let environment = ProcessInfo.processInfo.environment
        if let bootstrap = environment["SHOAL_TEST_BOOTSTRAP"] { return .external(bootstrap) }
        return switch environment["SHOAL_TEST_BROKER"] {
        case "kafka3": .apacheKafka(release: 3, brokers: 1, isSecure: false)
        case "kafka4": .apacheKafka(release: 4, brokers: 1, isSecure: false)
        case "kafka3x3": .apacheKafka(release: 3, brokers: 3, isSecure: false)
        case "kafka4x3": .apacheKafka(release: 4, brokers: 3, isSecure: false)
        default: .noida
        }
    }

    /// The broker for tests that require Apache Kafka, regardless of the suite's broker.
    public static var convincing: Kind {
        kind.isApache ? kind : .apacheKafka(release: 4, brokers: 1, isSecure: false)
    }

    /// The broker for tests that kill instances amid transactions: Apache Kafka if it is available. noida-db 0.2.3 names
    /// an aborted transaction also to readers that start after its end, and they then skip all later records of its
    /// producer.
    public static var forKills: Kind { hasApache ? convincing : kind }

    /// The same release of Apache Kafka as `convincing`, with one broker.
    public static var single: Kind {
        guard case .apacheKafka(let release, _, _) = convincing else {
            return .apacheKafka(release: 4, brokers: 1, isSecure: false)
        }
        return .apacheKafka(release: release, brokers: 1, isSecure: false)
    }

    /// Whether Apache Kafka is available.
    public static var hasApache: Bool {
        kafkaScript != nil || ProcessInfo.processInfo.environment["SHOAL_TEST_BOOTSTRAP"] != nil
    }

    /// Whether Apache Kafka can be started with special settings: secured, or to be killed.
    public static var startsApache: Bool { kafkaScript != nil }

    public static func shared(_ kind: Kind = kind) async throws -> TestBroker {
        try await TestBrokers.shared.broker(kind)
    }

    /// The repository's root.
    public static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The folder of resources that are not part of the project; `nil` if absent.
    public static var sharedFolder: URL? {
        let environment = ProcessInfo.processInfo.environment
        let candidates = [
            environment["SHOAL_SHARED"].map { URL(fileURLWithPath: $0) }, root.appending(path: "../shared"),
        ]
        return candidates.compactMap { $0 }.first { FileManager.default.fileExists(atPath: $0.path) }
    }

    static var kafkaScript: URL? {
        let home = ProcessInfo.processInfo.environment["KAFKA_HOME"].map { URL(fileURLWithPath: $0) }
        let candidates = [sharedFolder?.appending(path: "kafka/bin/kafka"), home?.appending(path: "bin/kafka")]
        return candidates.compactMap { $0 }.first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }

    /// The folder of the tests' Python and its programs.
    public static var pythonFolder: URL {
        let environment = ProcessInfo.processInfo.environment
        let python = environment["SHOAL_TEST_PYTHON"].map { URL(fileURLWithPath: $0) }
        return python?.deletingLastPathComponent() ?? root.appending(path: "build/venv/bin")
    }
}

/// The brokers started by this process.
actor TestBrokers {
    static let shared = TestBrokers()
    private var starting: [TestBroker.Kind: Task<(TestBroker, Supervised?), any Error>] = [:]

    func broker(_ kind: TestBroker.Kind) async throws -> TestBroker {
        if let task = starting[kind] { return try await task.value.0 }
        let task = Task { try await Self.start(kind) }
        starting[kind] = task
        return try await task.value.0
    }

    static func start(
        _ kind: TestBroker.Kind, port wanted: Int? = nil, settings: [String: String] = [:]
    ) async throws -> (TestBroker, Supervised?) {
        switch kind {
        case .external(let bootstrap):
            return (TestBroker(kind: kind, bootstrap: bootstrap, facts: [:]), nil)
        case .noida:
            let port = try wanted ?? freePort()
            let folder = FileManager.default.temporaryDirectory.appending(path: "shoal-noida-\(port)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let program = TestBroker.pythonFolder.appending(path: "noida-db").path
            let process = try Supervised(
                // The program starts another one. A separate session lets both be ended.
                "dir=$1; shift; setsid \"$@\" < /dev/null & pid=$!",
                arguments: [
                    folder.path, program, "start", "--data-dir", folder.path, "--only", "kafka", "--kafka-port",
                    "\(port)",
                ], cleanup: "kill -s KILL -- -$pid; wait $pid; rm -rf \"$dir\"", log: folder.appending(path: "log"))
            try await waitForPort(port)
            return (TestBroker(kind: kind, bootstrap: "127.0.0.1:\(port)", facts: [:]), process)
        case .apacheKafka(let release, let brokers, let isSecure):
            guard let script = TestBroker.kafkaScript else { throw BrokerUnavailable(what: "Apache Kafka") }
            let folder = FileManager.default.temporaryDirectory.appending(path: "shoal-kafka-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let log = folder.appendingPathExtension("env")
            let process = try Supervised(
                "script=$1; dir=$2; shift 2; \"$script\" start --dir \"$dir\" \"$@\" < /dev/null || exit 1",
                arguments: [script.path, folder.path, "--release", "\(release)", "--brokers", "\(brokers)"]
                    + (isSecure ? ["--secure"] : [])
                    + settings.flatMap { ["--broker-config", "\($0.key)=\($0.value)"] },
                cleanup: "\"$script\" stop \"$dir\" --kill --remove < /dev/null; rm -f \"$dir.env\"", log: log)
            let end = ContinuousClock.now + patience
            while ContinuousClock.now < end {
                let facts = Self.facts(try String(contentsOf: log, encoding: .utf8))
                if let bootstrap = facts["BOOTSTRAP"], facts["DIR"] != nil, facts["RELEASE"] != nil {
                    return (TestBroker(kind: kind, bootstrap: bootstrap, facts: facts), process)
                }
                guard process.isRunning else { break }
                try await Task.sleep(for: .milliseconds(100))
            }
            throw BrokerUnavailable(what: try String(contentsOf: log, encoding: .utf8))
        }
    }

    private static func facts(_ text: String) -> [String: String] {
        var facts: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { facts[String(parts[0])] = String(parts[1]) }
        }
        return facts
    }
}

public struct BrokerUnavailable: Error {
    public var what: String

    public init(what: String) {
        self.what = what
    }
}
