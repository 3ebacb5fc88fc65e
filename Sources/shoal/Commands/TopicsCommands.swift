import Foundation
import Kafka
import Operations
import Pipeline

/// A topic that Shoal reads or writes: how it is to be, and why.
struct TopicPlan {
    var topic: Admin.NewTopic
    var purpose: String
    /// Settings that matter: what they must be, and what goes wrong otherwise.
    var rules: [Rule] = []

    struct Rule {
        var name: String
        var isRight: (String) -> Bool
        var advice: String
    }

    /// - Parameter partitions: of the input and of the output.
    static func plans(_ configuration: Configuration, partitions: Int32, replication: Int32) -> [TopicPlan] {
        let topics = configuration.topics
        let week = "604800000"
        let delete = Rule(
            name: "cleanup.policy", isRight: { $0 == "delete" },
            advice: "must be delete: compaction would take records that a restore needs")
        let long = Rule(
            name: "retention.ms", isRight: { (Int64($0) ?? 0) < 0 },
            advice: "should be -1: models are needed for as long as the input can be replayed")
        var plans = [
            TopicPlan(
                topic: .init(topics.input, partitions: partitions, replication: replication),
                purpose: "watch events", rules: [delete]),
            TopicPlan(
                topic: .init(topics.changes, partitions: partitions, replication: replication),
                purpose: "cluster changes"),
            TopicPlan(
                topic: .init(topics.deadLetters, partitions: 1, replication: replication),
                purpose: "records that are no watch events"),
            TopicPlan(
                topic: .init(
                    topics.deltas, partitions: 1, replication: replication,
                    configuration: ["cleanup.policy": "delete", "retention.ms": week]),
                purpose: "what each partition changed, epoch by epoch", rules: [delete]),
            TopicPlan(
                topic: .init(
                    topics.models, partitions: 1, replication: replication,
                    configuration: ["cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"]),
                purpose: "the models", rules: [delete, long]),
        ]
        if let members = topics.members {
            plans.append(
                TopicPlan(
                    topic: .init(
                        members, partitions: partitions, replication: replication,
                        configuration: ["cleanup.policy": "compact"]),
                    purpose: "each member's cluster",
                    rules: [
                        Rule(
                            name: "cleanup.policy", isRight: { $0.contains("compact") },
                            advice: "must be compact: it is a table, and would lose members")
                    ]))
        }
        return plans
    }
}

extension Command {
    static let topicsCreate = Command(
        name: "topics create", summary: "make the topics that Shoal reads and writes",
        options: [
            Option("partitions", "N", "partitions of input and output (8)"),
            Option("replication", "N", "replication factor (the brokers' default)"),
            Option("dry-run", nil, "say what would be made"),
        ],
        details: "Topics that exist already are left as they are; `shoal topics describe` tells whether they fit.",
        examples: ["shoal topics create --partitions 16 --replication 3 --set kafka.bootstrap.servers=broker:9092"]
    ) { arguments in
        let configuration = try arguments.configuration()
        let plans = TopicPlan.plans(
            configuration, partitions: Int32(try arguments.integer("partitions", or: 8)),
            replication: Int32(
                try arguments["replication"].map { _ in try arguments.integer("replication", or: 1) } ?? -1))
        let admin = try Admin(configuration.client(configuration.logger))
        try await admin.reach(timeout: .seconds(10))
        var made: [Admin.NewTopic] = []
        for plan in plans {
            if let count = try await admin.partitions(of: plan.topic.name) {
                print("\(plan.topic.name): exists, \(count) partitions")
            } else {
                made.append(plan.topic)
            }
        }
        if arguments.has("dry-run") {
            for topic in made { print("\(topic.name): would be made, \(topic.partitions) partitions") }
            return .ok
        }
        let errors = made.isEmpty ? [:] : try await admin.create(made)
        for topic in made {
            if let error = errors[topic.name] {
                Shoal.report("\(error)")
            } else {
                print("\(topic.name): made, \(topic.partitions) partitions")
            }
        }
        if let error = errors.values.first { return error.isAuthorization ? .notAuthorized : .failed }
        return .ok
    }

    static let topicsDescribe = Command(
        name: "topics describe", summary: "show the topics, and where their settings are wrong and why it matters",
        examples: ["shoal topics describe --set kafka.bootstrap.servers=broker:9092"]
    ) { arguments in
        let configuration = try arguments.configuration()
        let admin = try Admin(configuration.client(configuration.logger))
        try await admin.reach(timeout: .seconds(10))
        var isRight = true
        for plan in TopicPlan.plans(configuration, partitions: 0, replication: -1) {
            guard let count = try await admin.partitions(of: plan.topic.name) else {
                print("\(plan.topic.name): MISSING (\(plan.purpose)); `shoal topics create` makes it")
                isRight = false
                continue
            }
            print("\(plan.topic.name): \(count) partitions (\(plan.purpose))")
            if [configuration.topics.deltas, configuration.topics.models].contains(plan.topic.name), count != 1 {
                print("  WRONG: must have 1 partition")
                isRight = false
            }
            let settings: [String: String]
            do {
                settings = try await admin.configuration(of: plan.topic.name)
            } catch {
                print("  its settings cannot be read: \(error)")
                continue
            }
            for rule in plan.rules {
                guard let value = settings[rule.name] else { continue }
                if !rule.isRight(value) { isRight = false }
                print(
                    "  \(rule.isRight(value) ? "ok" : "WRONG"): \(rule.name)=\(value)"
                        + (rule.isRight(value) ? "" : " \(rule.advice)"))
            }
        }
        return isRight ? .ok : .failed
    }
}
