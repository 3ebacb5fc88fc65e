import Foundation

/// A broker, or a cluster of them, that one test has for itself: it may go away and come back.
public final class OwnBroker: Sendable {
    public let broker: TestBroker
    private let process: Supervised?

    /// - Parameter port: of noida-db only; nil: any.
    public init(_ kind: TestBroker.Kind, port: Int? = nil) async throws {
        (broker, process) = try await TestBrokers.start(kind, port: port)
    }

    deinit {
        process?.stop()
    }

    /// Kills one broker of Apache Kafka, numbered from 1, at once.
    public func kill(_ number: Int = 1) throws {
        try script(["stop", directory, "--broker", "\(number)", "--kill"])
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
