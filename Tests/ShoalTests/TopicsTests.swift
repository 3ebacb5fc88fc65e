import Kafka
import TestSupport
import Testing

@Suite("shoal topics")
struct TopicsTests {
    private func settings(_ broker: TestBroker, _ name: String) -> [String] {
        [
            "kafka.bootstrap.servers=\(broker.bootstrap)", "application.id=\(name)", "input.topic=\(name)-in",
            "output.topic=\(name)-out", "members.topic=\(name)-members",
        ].flatMap { ["--set", $0] }
    }

    @Test("the topics are made once, with their partitions and settings, and are right then")
    func create() async throws {
        let broker = try await TestBroker.shared()
        let name = uniqueName("topics")
        let settings = settings(broker, name)
        let missing = try shoal(["topics", "describe"] + settings)
        #expect(missing.status == 1 && missing.lines.filter { $0.contains("MISSING") }.count == 7)
        let dry = try shoal(["topics", "create", "--partitions", "3", "--dry-run"] + settings)
        #expect(dry.lines.allSatisfy { $0.contains("would be made") } && dry.lines.count == 7)
        let made = try shoal(["topics", "create", "--partitions", "3"] + settings)
        #expect(made.status == 0, "\(made.output)")
        #expect(made.lines.contains("\(name)-in: made, 3 partitions"))
        #expect(made.lines.contains("\(name)-models: made, 1 partition"))
        #expect(made.lines.contains("\(name)-state: made, 3 partitions"), "as the input")
        let again = try shoal(["topics", "create", "--partitions", "5"] + settings)
        #expect(again.status == 0 && again.lines.allSatisfy { $0.contains(": exists, ") })
        let described = try shoal(["topics", "describe"] + settings)
        #expect(described.status == 0 && !described.output.contains("WRONG"), "\(described.output)")
        let admin = try Admin(broker.configuration())
        #expect(try await admin.configuration(of: "\(name)-models")["retention.ms"] == "-1")
        #expect(try await admin.configuration(of: "\(name)-members")["cleanup.policy"] == "compact")
        #expect(try await admin.configuration(of: "\(name)-state")["cleanup.policy"] == "compact")
    }

    @Test("what is wrong with a topic is told, with why it matters")
    func describe() async throws {
        let broker = try await TestBroker.shared()
        let name = uniqueName("topics")
        let admin = try Admin(broker.configuration())
        let errors = try await admin.create([
            .init("\(name)-in", partitions: 2, configuration: ["cleanup.policy": "compact"]),
            .init("\(name)-deltas", partitions: 2),
            .init("\(name)-models", partitions: 1, configuration: ["retention.ms": "3600000"]),
            .init("\(name)-members", partitions: 2, configuration: ["cleanup.policy": "delete"]),
        ])
        #expect(errors.isEmpty)
        try await broker.create(["\(name)-out": 2, "\(name)-in-dead-letters": 1])
        let result = try shoal(["topics", "describe"] + settings(broker, name))
        #expect(result.status == 1)
        let wrong = result.lines.filter { $0.contains("WRONG") }
        #expect(wrong.count == 4, "\(result.output)")
        #expect(wrong.contains { $0.contains("cleanup.policy=compact: must be delete") })
        #expect(wrong.contains { $0.contains("2 partitions: must have 1") })
        #expect(wrong.contains { $0.contains("retention.ms=3600000: should be -1") })
        #expect(wrong.contains { $0.contains("cleanup.policy=delete: must be compact alone") })
    }
}
