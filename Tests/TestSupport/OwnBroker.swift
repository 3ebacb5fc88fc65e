public import Foundation

/// A broker, or a cluster of them, that one test has for itself: it may go away and come back.
public final class OwnBroker: Sendable {
    public let broker: TestBroker
    /// What its clients go through; nil: nothing.
    public let proxy: Proxy?
    private let process: Supervised?

    /// - Parameters:
    ///   - port: of noida-db only; nil: any.
    ///   - settings: of the brokers of Apache Kafka.
    ///   - isProxied: whether clients reach it through a proxy; of Apache Kafka with one broker only.
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

    /// Kills one broker of Apache Kafka, numbered from 1, at once.
    public func kill(_ number: Int = 1) throws {
        try script(["stop", directory, "--broker", "\(number)", "--kill"])
    }

    /// Stops all of them: a broker that is killed while no other leads its partitions may forget the markers of transactions
    /// that it has committed, which then hang for good (seen with 4.3.1).
    public func stopAll() throws {
        try script(["stop", directory])
    }

    /// Starts all of them again.
    public func restartAll() throws {
        try script(["restart", directory])
    }

    /// Starts it again, on its data and its port.
    public func restart(_ number: Int = 1) throws {
        try script(["restart", directory, "--broker", "\(number)"])
    }

    /// Runs one of Kafka's own tools.
    @discardableResult
    public func tool(_ words: String...) throws -> String {
        try broker.tool(words)
    }

    /// Keeps what the brokers have said and stored, but for what can be made anew from it (indices): for `dump-log`.
    public func save(_ archive: URL) throws {
        let files = #"cd "$0" && find . -name '*.log' -print0 | tar --create --gzip --file "$1" --null --files-from -"#
        try run("/bin/sh", ["-c", files, directory, archive.path])
    }

    /// What the brokers' logs tell of markers that they have left out: a transaction is committed by halves then. Kafka 4 does so
    /// where a partition has no leader just then (KAFKA-20734).
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
    /// Runs one of Kafka's own tools against this cluster.
    @discardableResult
    public func tool(_ words: [String]) throws -> String {
        guard let script = Self.kafkaScript, let directory = facts["DIR"] else {
            throw BrokerUnavailable(what: "the tools of Apache Kafka")
        }
        return try run(script.path, ["run", "--dir", directory] + words)
    }

    /// Whether its tools are at hand: not for a cluster that somebody else has started.
    public static var hasTools: Bool {
        if case .external = kind { return false }
        return kafkaScript != nil
    }
}
