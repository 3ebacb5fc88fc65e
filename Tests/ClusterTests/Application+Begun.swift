import ShoalKafka
import TestSupport
import Testing

extension Application {
    /// Returns an application that has processed some input and whose only instance has been stopped.
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

    /// Checks that an instance exits with this status and that its log contains these messages.
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
