import ShoalKafka
import ShoalOperations
import TestSupport
import Testing

@testable import ShoalOperator

@Suite("shoal topics")
struct TopicsTests {
    private func settings(_ broker: TestBroker, _ name: String) -> [String] {
        [
            "kafka.bootstrap.servers=\(broker.bootstrap)", "application.id=\(name)", "input.topic=\(name)-in",
            "output.topic=\(name)-out", "members.topic=\(name)-members",
            "clusters.topic=\(name)-clusters",
        ].flatMap { ["--set", $0] }
    }

    @Test("topics are created once, with correct partitions and settings")
    func create() async throws {
        let broker = try await TestBroker.shared()
        let name = uniqueName("topics")
        let settings = settings(broker, name)
        let missing = try shoal(["topics", "describe"] + settings)
        #expect(missing.status == 0 && missing.lines.filter { $0.contains("MISSING") }.count == 8)
        #expect(try shoal(["topics", "describe", "--check"] + settings).status == 2)
        let dry = try shoal(["topics", "create", "--partitions", "3", "--dry-run"] + settings)
        #expect(dry.lines.allSatisfy { $0.contains("would be created") } && dry.lines.count == 8)
        let made = try shoal(["topics", "create", "--partitions", "3"] + settings)
        #expect(made.status == 0, "\(made.output)")
        #expect(made.lines.contains("\(name)-in: made, 3 partitions"))
        #expect(made.lines.contains("\(name)-models: made, 1 partition"))
        #expect(made.lines.contains("\(name)-clusters: made, 1 partition"))
        #expect(made.lines.contains("\(name)-state: made, 3 partitions"), "as the input")
        let again = try shoal(["topics", "create"] + settings)
        #expect(again.status == 0 && again.lines.allSatisfy { $0.contains(": exists, ") }, "defaults ask for nothing")
        #expect(try shoal(["topics", "create", "--partitions", "3"] + settings).status == 0)
        let other = ["topics", "create", "--partitions", "5", "--input-retention", "36h"]
        for (more, status) in [([], 2), (["--dry-run"], 2), (["--keep-existing"], 0)] as [([String], Int32)] {
            let result = try shoal(other + more + settings)
            #expect(result.status == status, "\(result.output)")
            for topic in ["in", "out", "members"] {
                let text = "\(name)-\(topic): it has 3 partitions instead of 5 (--partitions); not changed"
                #expect(result.lines.contains(text), "\(result.output)")
            }
            #expect(!result.output.contains("\(name)-models: it has"), "\(result.output)")
            #expect(result.output.contains("instead of 36h (--input-retention)"), "\(result.output)")
        }
        let described = try shoal(["topics", "describe"] + settings)
        #expect(described.status == 0 && !described.output.contains("WRONG"), "\(described.output)")
        let checked = try shoal(["topics", "describe", "--check"] + settings)
        #expect(checked.status == 0 && checked.output.isEmpty, "\(checked.output)")
        let admin = try Admin(broker.configuration())
        let input = try await admin.configuration(of: "\(name)-in")["retention.ms"].flatMap { Int64($0) }
        let models = try await admin.configuration(of: "\(name)-models")["retention.ms"].flatMap { Int64($0) }
        #expect(try models == #require(input) + 604_800_000)
        let members = try await admin.configuration(of: "\(name)-members")
        #expect(members["cleanup.policy"] == "compact" && members["max.compaction.lag.ms"] == "86400000")
        let clusters = try await admin.configuration(of: "\(name)-clusters")
        #expect(clusters["cleanup.policy"] == "compact" && clusters["max.compaction.lag.ms"] == "86400000")
        #expect(try await admin.configuration(of: "\(name)-state")["cleanup.policy"] == "compact")
    }

    @Test("problems of a topic are reported with their consequences")
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
        #expect(result.status == 0)
        let wrong = result.lines.filter { $0.contains("WRONG") }
        #expect(wrong.count == 4, "\(result.output)")
        #expect(wrong.contains { $0.contains("cleanup.policy=compact: must be delete") })
        #expect(wrong.contains { $0.contains("2 partitions: must have 1") })
        #expect(wrong.contains { $0.contains("retention.ms=3600000: less than that of the input") })
        #expect(wrong.contains { $0.contains("cleanup.policy=delete: must be compact") })
        let checked = try shoal(["topics", "describe", "--check"] + settings(broker, name))
        #expect(checked.status == 2 && checked.lines.filter { $0.contains("WRONG") }.count == 4, "\(checked.output)")
        #expect(checked.lines.contains { $0.hasPrefix("\(name)-models: WRONG: retention.ms=3600000") })
    }

    @Test("models are kept as long as models.retention says, and not shorter than the input")
    func modelsRetention() throws {
        func plan(_ sets: [String], found: Int64? = nil) throws -> TopicPlan? {
            let configuration = try Configuration(
                file: nil, environment: [:], sets: ["application.id=a"] + sets, kafkaCheck: { _, _ in nil })
            let plans = TopicPlan.plans(configuration, partitions: 4, replication: 1, found: found)
            return plans.first { $0.topic.name == "a-models" }
        }
        #expect(try plan([], found: -1)?.topic.configuration["retention.ms"] == "-1")
        #expect(try plan([], found: 86_400_000)?.topic.configuration["retention.ms"] == "691200000")
        #expect(try plan([])?.topic.configuration["retention.ms"] == "-1")
        let week = try #require(try plan(["models.retention=7d"]))
        #expect(week.topic.configuration["retention.ms"] == "604800000")
        let layout = Admin.Layout(partitions: 1)
        #expect(week.findings(layout, ["retention.ms": "604800000"]) == [.right("retention.ms=604800000")])
        #expect(week.findings(layout, ["retention.ms": "-1"]).contains { $0.isWrong })
        func reach(_ models: String, _ input: String) -> TopicPlan.Finding? {
            TopicPlan.reach(ofModels: ["retention.ms": models], input: ["retention.ms": input])
        }
        #expect(reach("-1", "-1") == nil && reach("5", "5") == nil && reach("604800005", "5") == nil)
        #expect(reach("604800006", "5") != nil)
        #expect(reach("5", "-1")?.text.contains("less than that of the input, unlimited") == true)
        #expect(reach("5", "6")?.isWrong == true && reach("-1", "6")?.isWrong == false)
        #expect(reach("-1", "6")?.text.contains("remain longer than their events (models.retention)") == true)
    }

    @Test("each wrong setting that matters is reported")
    func rules() throws {
        let configuration = try Configuration(
            file: nil, environment: [:],
            sets: ["application.id=a", "input.topic=in", "output.topic=out", "members.topic=members"],
            kafkaCheck: { _, _ in nil })
        let plans = TopicPlan.plans(configuration, partitions: 4, input: 4, replication: 3)
        func findings(
            _ topic: String, _ settings: [String: String] = [:], partitions: Int32 = 4, replicas: Int = 3,
            inSync: Int = 3, leaderless: [Int32] = []
        ) -> [String] {
            var layout = Admin.Layout(partitions: partitions)
            (layout.replicas, layout.inSync, layout.leaderless) = (replicas, inSync, leaderless)
            let plan = plans.first { $0.topic.name == topic }
            return plan?.findings(layout, settings).filter(\.isWrong).map(\.text) ?? ["no \(topic)"]
        }
        let cases: [(String, String, String, String)] = [
            ("in", "cleanup.policy", "compact", "must be delete"),
            ("out", "cleanup.policy", "compact,delete", "must be delete"),
            ("in-dead-letters", "cleanup.policy", "compact", "refuses records without a key"),
            ("members", "cleanup.policy", "delete", "must be compact"),
            ("members", "delete.retention.ms", "60000", "must be an hour"),
            ("a-state", "cleanup.policy", "compact,delete", "must be compact"),
            ("a-state", "delete.retention.ms", "0", "must be an hour"),
            ("a-state", "max.message.bytes", "65536", "must be 1000000"),
            ("a-deltas", "retention.ms", "3600000", "must be a day"),
            ("a-deltas", "retention.bytes", "1000000000", "must be -1"),
            ("a-models", "retention.bytes", "1000000000", "should be -1"),
            ("a-models", "unclean.leader.election.enable", "true", "must be false"),
            ("in", "min.insync.replicas", "1", "must be 2"),
            ("in", "min.insync.replicas", "4", "nothing can be written"),
        ]
        for (topic, name, value, text) in cases {
            let count: Int32 = topic == "a-models" || topic == "a-deltas" ? 1 : 4
            let found = findings(topic, [name: value], partitions: count)
            #expect(found.count == 1 && found[0].contains(text), "\(topic) \(name)=\(value): \(found)")
        }
        #expect(findings("a-deltas", partitions: 2).first?.contains("must have 1. It is computed") == true)
        #expect(findings("a-state", partitions: 5).first?.contains("must have 4") == true, "as the input")
        #expect(findings("in", leaderless: [1, 2, 3]).first?.contains("partition 1 … 3 has no leader") == true)
        #expect(
            findings("in", ["min.insync.replicas": "2"], inSync: 1).first?.contains("nothing can be written") == true)
        #expect(findings("in", ["min.insync.replicas": "2"], inSync: 2).isEmpty)
        #expect(findings("in", ["min.insync.replicas": "1"], replicas: 1, inSync: 1).isEmpty, "a note only")
        for plan in plans {
            var layout = Admin.Layout(partitions: plan.topic.partitions)
            (layout.replicas, layout.inSync) = (3, 3)
            let wrong = plan.findings(layout, plan.topic.configuration).filter(\.isWrong)
            #expect(wrong.isEmpty, "\(plan.topic.name): what is made is right")
            #expect(plan.topic.configuration["min.insync.replicas"] == "2")
        }
    }
}
