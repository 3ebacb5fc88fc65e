public import Foundation

/// A broker or cluster for a single test, which may be stopped and restarted.
public final class OwnBroker: Sendable {
    public let broker: TestBroker
    /// The proxy between the clients and the broker; `nil` for none.
    public let proxy: Proxy?
    private let process: Supervised?

    /// - Parameters:
    ///   - port: Only for noida-db; `nil` for any.
    ///   - settings: The settings of the Apache Kafka brokers.
    ///   - isProxied: Whether clients connect through a proxy. Only for Apache Kafka with one broker.
    public init(
        _ kind: TestBroker.Kind, port: Int? = nil, settings: [String: String] = [:], isProxied: Bool = false
    ) async throws {
        guard isProxied else {
            proxy = nil
            (broker, process) = try await TestBrokers.start(kind, port: port, settings: settings)
            return
        }
        let proxy = try await Proxy()
        self.proxy = proxy
        let address = "127.0.0.1:\(proxy.port)"
        let all = settings.merging(["advertised.listeners": "PLAINTEXT://\(address)"]) { $1 }
        let (direct, process) = try await TestBrokers.start(kind, port: port, settings: all)
        self.process = process
        try proxy.setTarget(direct.bootstrap.split(separator: ":").last.flatMap { Int($0) } ?? 0)
        broker = TestBroker(kind: kind, bootstrap: address, facts: direct.facts)
    }

    deinit {
        process?.stop()
    }

    /// Kills one Apache Kafka broker, numbered from 1.
    public func kill(_ number: Int = 1) throws {
        try script(["stop", directory, "--broker", "\(number)", "--kill"])
    }

    /// Stops all brokers. A broker that is killed when it is the last one may lose the markers of committed
    /// transactions, which then hang permanently (seen with 4.3.1).
    public func stopAll() throws {
        try script(["stop", directory])
    }

    /// Restarts all brokers.
    public func restartAll() throws {
        try script(["restart", directory])
    }

    /// Restarts a broker with its data and its port.
    public func restart(_ number: Int = 1) throws {
        try script(["restart", directory, "--broker", "\(number)"])
    }

    /// Runs one of Kafka's command-line tools.
    @discardableResult
    public func tool(_ words: String...) throws -> String {
        try broker.tool(words)
    }

    /// Archives the logs and data of the brokers for `dump-log`, except for indices, which can be rebuilt.
    public func save(_ archive: URL) throws {
        let files = #"cd "$0" && find . -name '*.log' -print0 | tar --create --gzip --file "$1" --null --files-from -"#
        try run("/bin/sh", ["-c", files, directory, archive.path])
    }

    /// Returns the lines of the brokers' logs about dropped markers, which leave a transaction only partially
    /// committed. Kafka 4 drops a marker if the partition has no leader at that moment (KAFKA-20734).
    public func droppedMarkers() throws -> [String] {
        let search = #"cd "$0" && grep -rh --include=server.log "$1" . || true"#
        let mark = "likely deleted already and hence can be skipped"
        return try run("/bin/sh", ["-c", search, directory, mark]).split(separator: "\n").map(String.init)
    }

    private var directory: String { broker.facts["DIR"] ?? "" }

    private func script(_ words: [String]) throws {
        try run(TestBroker.kafkaScript?.path ?? "", words)
    }
}

extension TestBroker {
    /// Runs one of Kafka's command-line tools against this cluster.
    @discardableResult
    public func tool(_ words: [String]) throws -> String {
        guard let script = Self.kafkaScript, let directory = facts["DIR"] else {
            throw BrokerUnavailable(what: "the tools of Apache Kafka")
        }
        return try run(script.path, ["run", "--dir", directory] + words)
    }

    /// Whether Kafka's tools are available. They are not for an external cluster.
    public static var hasTools: Bool {
        if case .external = kind { return false }
        return kafkaScript != nil
    }
}
