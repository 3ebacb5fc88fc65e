import Kafka
import TestSupport
import Testing

extension Application {
    /// An application that has begun, and its one instance stopped again.
    static func begun(
        on kind: TestBroker.Kind = TestBroker.kind, settings: [String: String] = [:]
    ) async throws -> Application {
        let broker = try await TestBroker.shared(kind)
        let application = try Application(broker, "begun", topics: InputStream.topics, settings: settings)
        try await application.createTopics(partitions: 2)
        let events = InputStream(seed: 32, viewers: 80, epochs: 3, watches: 1).records
        try InputStream.publish(events, to: application.input, broker)
        try await application.run()
        return application
    }

    /// Holds that an instance ends by itself, with this status and a log that says this.
    func refused(
        _ settings: [String: String] = [:], status: Int32, _ messages: String..., key: String = Self.keyDigits,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let instance = try start("a", settings, key: key)
        let found = try await instance.waitForEnd()
        #expect(
            found == status && messages.allSatisfy { instance.log.contains($0) }, "\(found): \(instance.log)",
            sourceLocation: sourceLocation)
    }
}
