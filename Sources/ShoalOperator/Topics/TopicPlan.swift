import ShoalKafka
import ShoalOperations
import ShoalPipeline
import ShoalSchemas
import ShoalSettings

/// The required configuration of a topic that Shoal reads or writes.
struct TopicPlan {
    var topic: Admin.NewTopic
    var purpose: String
    /// The required number of partitions; `nil` for any.
    var partitions: Int32?
    var rules: [Rule] = []
    /// Whether the topic holds only data computed from the input.
    var isComputed = false

    /// A requirement on a topic setting.
    struct Rule {
        var name: String
        /// Returns whether a value, as reported by the broker, is right.
        var isRight: @Sendable (String) -> Bool
        /// The required value, and the consequence of another one.
        var advice: String
        /// Whether another value may be intended.
        var isAdvice = false
    }

    /// A result of checking a topic's settings.
    enum Finding: Equatable {
        case right(String)
        /// Information; the setting may be intended.
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

    /// Checks an existing topic.
    func findings(_ layout: Admin.Layout, _ settings: [String: String]) -> [Finding] {
        var findings: [Finding] = []
        let count = layout.partitions
        if let partitions, count != partitions {
            findings.append(.wrong("\(count) partitions: must have \(partitions)\(partitionAdvice)"))
        }
        if !layout.leaderless.isEmpty {
            let numbers = Formatting.list(layout.leaderless)
            findings.append(.wrong("partition \(numbers) has no leader: it cannot be read or written now"))
        }
        if let copies = copies(layout, settings["min.insync.replicas"].flatMap { Int($0) }) { findings.append(copies) }
        for rule in rules + Self.general(layout) {
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

    private var partitionAdvice: String {
        isComputed
            ? ". It is computed from the input: run `shoal reset` to recreate it and all computed topics"
            : ". Delete it, and create it with `shoal topics create`"
    }

    /// Checks a topic's replicas. Exactly-once processing requires that acknowledged records are kept.
    private func copies(_ layout: Admin.Layout, _ least: Int?) -> Finding? {
        guard layout.replicas > 0, let least else { return nil }
        let text =
            "\(Formatting.count(layout.replicas, "copy", plural: "copies")), "
            + "min.insync.replicas=\(least)"
        if layout.inSync < layout.replicas {
            let missing = "\(layout.inSync) of \(layout.replicas) replicas in sync"
            if layout.inSync < least {
                return .wrong("\(missing), min.insync.replicas=\(least): nothing can be written now")
            }
            return .note("\(missing), min.insync.replicas=\(least): a broker is down or behind")
        }
        if layout.replicas == 1 {
            return .note(
                "\(text): the topic is lost if the disk of its broker is lost; use 3 replicas and "
                    + "min.insync.replicas=2")
        }
        if least > layout.replicas {
            return .wrong("\(text): nothing can be written, because there are fewer replicas")
        }
        if least == 1 {
            return .wrong(
                "\(text): must be 2. Otherwise records that only one broker has acknowledged can be lost with it, "
                    + "committed positions and models contradict each other, and instances stop with status 70 or 72")
        }
        if least == layout.replicas {
            return .note("\(text): nothing can be written while any broker is down; add a replica")
        }
        return .right(text)
    }

    /// The requirements on every topic.
    private static func general(_ layout: Admin.Layout) -> [Rule] {
        layout.replicas > 1 ? [.clean] : []
    }

    /// - Parameters:
    ///   - partitions: The number of partitions of input and output.
    ///   - input: The number of partitions of the existing input; `nil` if it is to be created.
    ///   - retention: The input's retention in ms, if it is to be created; `nil` for the broker's default.
    ///   - found: That of the existing input, negative without limit; `nil` if it is not known.
    static func plans(
        _ configuration: Configuration, partitions: Int32, input: Int32? = nil, replication: Int32,
        retention: Int64? = nil, found: Int64? = nil
    ) -> [TopicPlan] {
        let topics = configuration.topics
        // With three replicas one broker may be down.
        let copies = replication >= 3 ? ["min.insync.replicas": "2"] : [:]
        func plan(
            _ name: String, _ purpose: String, _ count: Int32, must partitions: Int32? = nil,
            _ settings: [String: String] = [:], _ rules: [Rule], isComputed: Bool = false
        ) -> TopicPlan {
            TopicPlan(
                topic: .init(
                    name, partitions: count, replication: replication,
                    configuration: settings.merging(copies) { own, _ in own }),
                purpose: purpose, partitions: partitions, rules: rules, isComputed: isComputed)
        }
        let deleted = ["cleanup.policy": "delete"]
        let kept = retention.map { ["retention.ms": "\($0)"] } ?? [:]
        let week = "604800000"
        let keepsModels = configuration[\.modelsRetention].map { [Rule.keepsModels($0)] } ?? []
        var plans = [
            plan(
                topics.input, "watch events", partitions, deleted.merging(kept) { $1 },
                [.deleted, .keepsInput, .fitsDeadLetters]),
            plan(topics.changes, "cluster changes", partitions, deleted, [.keepsChanges, .largeEnough]),
            plan(
                topics.deadLetters, "records that are not watch events", 1, deleted, [.keepsDeadLetters, .largeEnough]),
            plan(
                topics.deltas, "epoch deltas of each partition", 1, must: 1,
                ["cleanup.policy": "delete", "retention.ms": week, "retention.bytes": "-1"],
                [.deleted, .keepsDeltas, .keepsAllDeltas, .largeEnough], isComputed: true),
            plan(
                topics.models, "the models", 1, must: 1,
                [
                    "cleanup.policy": "delete",
                    "retention.ms": "\(modelsRetention(configuration, input: found ?? retention) ?? -1)",
                    "retention.bytes": "-1",
                ], [.deleted, .unbounded, .largeEnough] + keepsModels, isComputed: true),
            plan(
                topics.state, "snapshots of each partition's members", input ?? partitions, must: input,
                [
                    "cleanup.policy": "compact", "max.compaction.lag.ms": "86400000", "segment.ms": "3600000",
                    "min.cleanable.dirty.ratio": "0.3",
                ], [.compacted, .forgets, .compactsSoon, .keepsTombstones, .largeEnough], isComputed: true),
        ]
        let tables = [
            (topics.members, "each member's cluster", partitions), (topics.clusters, "each published cluster", 1),
        ]
        for case (let topic?, let content, let count) in tables {
            plans.append(
                plan(
                    topic, content, count, ["cleanup.policy": "compact", "max.compaction.lag.ms": "86400000"],
                    [.compacted, .forgets, .compactsSoon, .keepsTombstones, .largeEnough]))
        }
        if let labels = configuration[\.labelsTopic] {
            plans.append(
                plan(
                    labels, "labels of clusters", 1,
                    ["cleanup.policy": "compact", "max.compaction.lag.ms": "86400000"], [.compacted]))
        }
        if let optOut = topics.optOut {
            plans.append(
                plan(
                    optOut, "viewers whose events are dropped", 1,
                    ["cleanup.policy": "compact", "max.compaction.lag.ms": "86400000"], [.compacted]))
        }
        if let audit = configuration[\.auditTopic] {
            plans.append(
                plan(
                    audit, "heads of the audit log", 1,
                    [
                        "cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1",
                        "message.timestamp.type": "LogAppendTime",
                    ], [.keepsHeads, .keepsAllHeads, .hasBrokersTime]))
        }
        return plans
    }
}
