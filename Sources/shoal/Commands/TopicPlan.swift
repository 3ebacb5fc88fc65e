import Kafka
import Operations
import Pipeline

/// A topic that Shoal reads or writes: how it is to be, and why.
struct TopicPlan {
    var topic: Admin.NewTopic
    var purpose: String
    /// nil: any number; otherwise how many partitions it must have.
    var partitions: Int32?
    var rules: [Rule] = []

    /// A setting that matters.
    struct Rule {
        var name: String
        /// Whether a value is right; the broker's own words for it.
        var isRight: @Sendable (String) -> Bool
        /// What goes wrong otherwise, and what the value must be.
        var advice: String
        /// Whether it may be otherwise on purpose.
        var isAdvice = false
    }

    /// What is to be said of a topic's settings.
    enum Finding: Equatable {
        case right(String)
        /// Something to know, and maybe wanted.
        case note(String)
        case wrong(String)

        var text: String {
            switch self {
            case .right(let text): "ok: \(text)"
            case .note(let text): "NOTE: \(text)"
            case .wrong(let text): "WRONG: \(text)"
            }
        }

        var isWrong: Bool { if case .wrong = self { true } else { false } }
    }

    /// Looks at a topic as it is.
    func findings(partitions count: Int32, _ settings: [String: String]) -> [Finding] {
        var findings: [Finding] = []
        if let partitions, count != partitions {
            findings.append(
                .wrong("\(count) partitions: must have \(partitions); delete it and let `shoal topics create` make it"))
        }
        for rule in rules {
            guard let value = settings[rule.name] else { continue }
            let text = "\(rule.name)=\(value)"
            if rule.isRight(value) {
                findings.append(.right(text))
            } else {
                findings.append(rule.isAdvice ? .note("\(text): \(rule.advice)") : .wrong("\(text): \(rule.advice)"))
            }
        }
        return findings
    }

    /// - Parameters:
    ///   - partitions: of the input and of the output.
    ///   - input: how many partitions the input has already; nil: it is to be made.
    static func plans(
        _ configuration: Configuration, partitions: Int32, input: Int32? = nil, replication: Int32
    ) -> [TopicPlan] {
        let topics = configuration.topics
        func plan(
            _ name: String, _ purpose: String, _ count: Int32, must partitions: Int32? = nil,
            _ settings: [String: String] = [:], _ rules: [Rule]
        ) -> TopicPlan {
            TopicPlan(
                topic: .init(name, partitions: count, replication: replication, configuration: settings),
                purpose: purpose, partitions: partitions, rules: rules)
        }
        let week = "604800000"
        var plans = [
            plan(topics.input, "watch events", partitions, [:], [.deleted, .keepsInput]),
            plan(topics.changes, "cluster changes", partitions, [:], [.largeEnough]),
            plan(topics.deadLetters, "records that are no watch events", 1, [:], []),
            plan(
                topics.deltas, "what each partition changed, epoch by epoch", 1, must: 1,
                ["cleanup.policy": "delete", "retention.ms": week], [.deleted, .keepsDeltas, .largeEnough]),
            plan(
                topics.models, "the models", 1, must: 1,
                ["cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"],
                [.deleted, .keepsModels, .unbounded, .largeEnough]),
            plan(
                topics.state, "snapshots of each partition's members", input ?? partitions, must: input,
                [
                    "cleanup.policy": "compact", "max.compaction.lag.ms": "86400000", "segment.ms": "3600000",
                    "min.cleanable.dirty.ratio": "0.3",
                ], [.compacted, .forgets, .largeEnough]),
        ]
        if let members = topics.members {
            plans.append(
                plan(members, "each member's cluster", partitions, ["cleanup.policy": "compact"], [.compacted]))
        }
        return plans
    }
}

extension TopicPlan.Rule {
    static let deleted = Self(
        name: "cleanup.policy", isRight: { $0 == "delete" },
        advice: "must be delete: compaction takes records that a restart reads again")
    static let compacted = Self(
        name: "cleanup.policy", isRight: { $0.split(separator: ",") == ["compact"] },
        advice: "must be compact alone: it is a table, and would lose members, or grow for ever")
    static let forgets = Self(
        name: "max.compaction.lag.ms", isRight: { Int64($0).map { $0 <= 604_800_000 } ?? false },
        advice: "should be a week (604800000) or less: what an erased viewer left is gone when the log is compacted",
        isAdvice: true)
    static let keepsInput = Self(
        name: "retention.ms", isRight: { Int64($0).map { $0 < 0 || $0 >= 86_400_000 } ?? false },
        advice:
            "a restart reads the input again from its last snapshot on, and stops where records are gone: keep them for "
            + "longer than an instance may be away",
        isAdvice: true)
    static let keepsDeltas = Self(
        name: "retention.ms", isRight: { Int64($0).map { $0 < 0 || $0 >= 86_400_000 } ?? false },
        advice: "must be a day (86400000) or more: closings that no model includes yet are read again")
    static let keepsModels = Self(
        name: "retention.ms", isRight: { (Int64($0) ?? 0) < 0 },
        advice: "should be -1: models are needed for as long as the input can be replayed")
    static let unbounded = Self(
        name: "retention.bytes", isRight: { (Int64($0) ?? 0) < 0 },
        advice: "should be -1: models are needed for as long as the input can be replayed")
    static let largeEnough = Self(
        name: "max.message.bytes", isRight: { (Int64($0) ?? 0) >= 1_000_000 },
        advice: "must be 1000000 or more: a batch of records would be refused")
}
