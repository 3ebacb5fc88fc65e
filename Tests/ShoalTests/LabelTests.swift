import Foundation
import ShoalClient
import ShoalKafka
import ShoalSchemas
import Synchronization
import TestSupport
import Testing

@testable import ShoalOperations
@testable import ShoalOperator

@Suite("shoal label")
struct LabelTests {
    /// Topics with the clusters 7 and 8, and the settings of an application.
    private struct Application {
        let broker: TestBroker
        let folder: TemporaryFolder
        let name: String
        let topics: [String]

        init() async throws {
            broker = try await TestBroker.shared()
            folder = try TemporaryFolder()
            name = uniqueName("labels")
            topics = ["cooking", "baking", "tea"]
            try await broker.create(["\(name)-clusters": 1, "\(name)-labels": 1])
            try put(7, topics)
            try put(8, [])
        }

        var audit: String { folder.url.appending(path: "audit").path }

        var settings: [String] {
            [
                "application.id=\(name)", "clusters.topic=\(name)-clusters", "labels.topic=\(name)-labels",
                "audit.file=\(audit)", "kafka.bootstrap.servers=\(broker.bootstrap)",
            ].flatMap { ["--set", $0] }
        }

        func put(_ cluster: UInt32, _ topics: [String]?) throws {
            let producer = try Producer(broker.configuration())
            let key = Array("\(cluster)".utf8)
            var value: [UInt8]?
            if let topics {
                var description = ClusterDescription(cluster: cluster)
                (description.leadingTopics, description.state) = (topics, .created)
                value = []
                description.encode(into: &value!)
            }
            try producer.produce(to: "\(name)-clusters", key: key.span, value: value?.span)
            try producer.flush(timeout: .seconds(10))
        }

        /// Writes a record as somebody who has not used the command.
        func forge(_ cluster: UInt32, _ text: String) throws {
            var description = ClusterDescription(cluster: cluster)
            (description.leadingTopics, description.state) = (topics, .created)
            var label = ClusterLabel(
                cluster: cluster, text: text, proposed: .init(by: "x", timeMs: 0, reason: ""), basis: .init(description)
            )
            label.approved = .init(by: "y", timeMs: 0, reason: "")
            let producer = try Producer(broker.configuration())
            let key = Array("\(cluster)".utf8)
            try producer.produce(to: "\(name)-labels", key: key.span, value: label.json.span)
            try producer.flush(timeout: .seconds(10))
        }

        /// Another user than the one who runs the tests.
        func somebodyElse() throws -> Labelling {
            let sets = settings.filter { $0 != "--set" }
            let configuration = try Configuration(file: nil, environment: [:], sets: sets) { _, _ in nil }
            return try Labelling(configuration, user: AuditUser(effective: 0, real: 0, loginText: "4711"))
        }

        func label(_ words: String...) throws -> CommandResult { try shoal(["label"] + words + settings) }

        func list() throws -> [String] { try label("--list").lines.map { String($0.prefix { $0 != "(" }) } }

        func log() throws -> [String] {
            try String(contentsOfFile: audit, encoding: .utf8).split(separator: "\n").map(String.init)
        }
    }

    @Test("a label is shown when another user has approved it, until its cluster changes or somebody removes it")
    func life() async throws {
        let application = try await Application()
        let proposed = try application.label("7", "home cooking", "--reason", "asked for")
        #expect(proposed.status == 0 && proposed.output.contains("is proposed"), "\(proposed.output)")
        #expect(try application.list() == ["7  proposed  home cooking  "])
        let own = try application.label("7", "--approve", "--reason", "mine")
        #expect(own.status == 1 && own.output.contains("another user must approve it"), "\(own.output)")

        let other = try application.somebodyElse()
        await #expect(throws: Labelling.Refusal.self) {
            _ = try await other.approve(7, text: "another text", reason: "seen")
        }
        #expect(try await other.approve(7, text: "home cooking", reason: "seen").contains("is approved"))
        #expect(try application.list() == ["7  shown     home cooking  "])
        let json = try application.label("--list", "--json")
        #expect(json.output.contains(#""approved_by":"uid 4711""#), "\(json.output)")

        try application.put(7, ["chess", "go", "shogi"])
        #expect(try application.list() == ["7  expired   home cooking  "])
        try application.put(7, nil)
        #expect(try application.list() == ["7  expired   home cooking  "])
        let removed = try application.label("7", "--remove", "--reason", "gone")
        #expect(removed.status == 0, "\(removed.output)")
        #expect(try application.list() == [])

        let log = try application.log()
        #expect(log.count == 3)
        for (line, action) in zip(log, ["label propose", "label approve", "label remove"]) {
            #expect(line.contains(#""action":"\#(action)""#) && line.contains("cluster 7: home cooking"), "\(line)")
        }
    }

    @Test("what is refused, with the reason and the status")
    func refused() async throws {
        let application = try await Application()
        for (words, status, text) in [
            (["7", "Wоmen's tastes", "--reason", "a"], 1, "demographic and sensitive"),
            (["7", "<b>tea</b>", "--reason", "a"], 64, "cannot be a label"),
            (["9", "tea", "--reason", "a"], 1, "there is no published cluster 9"),
            (["8", "tea", "--reason", "a"], 1, "names no topic"),
            (["7", "tea"], 64, "--reason TEXT is missing"), (["x", "tea", "--reason", "a"], 64, "CLUSTER is missing"),
            (["7", "--reason", "a"], 64, "TEXT is missing"),
            (["7", "--approve", "--reason", "a"], 1, "no label is proposed"),
            (["7", "tea", "--remove", "--reason", "a"], 64, "not for --remove"),
            (["--list", "--approve"], 64, "give one of"),
            (["7", "tea", "--reason", "a", "--set", "labels.topic="], 78, "labels.topic is not set"),
            (["7", "tea", "--reason", "a", "--set", "audit.file="], 78, "audit.file is not set"),
            (["7", "tea", "--reason", "a", "--set", "clusters.topic="], 78, "clusters.topic is not set"),
        ] {
            let result = try shoal(["label"] + application.settings + words)
            #expect(result.status == status && result.output.contains(text), "\(words): \(result.output)")
        }
        let log = try application.log()
        #expect(log.count == 1 && log[0].contains(#""action":"label refuse""#), "\(log)")
        #expect(try application.list() == [])
    }

    @Test("a policy's words are refused, also at the approval")
    func policy() async throws {
        let application = try await Application()
        let policy = try application.folder.file("policy.properties", "labels.deny = gourmet*\nfaith.words = tea\n")
        for text in ["Gourmets", "tea"] {
            let result = try application.label("7", text, "--reason", "a", "--set", "privacy.policy=\(policy)")
            #expect(result.status == 1 && result.output.contains("demographic and sensitive"), "\(result.output)")
        }
        _ = try application.label("7", "tea", "--reason", "a")
        let approved = try application.label(
            "7", "--approve", "--reason", "a", "--set", "privacy.policy=\(policy)")
        #expect(approved.status == 1)
        #expect(try application.label("--list", "--set", "privacy.policy=\(policy)").output.contains("refused"))
    }

    @Test("readers ignore the record of somebody else with a denied label, say so once, and agree")
    func foreign() async throws {
        let application = try await Application()
        try application.forge(7, "single mothers")
        try application.forge(8, "tea")
        #expect(try application.list() == ["7  refused   single mothers  ", "8  expired   tea  "])
        var description = ClusterDescription(cluster: 7)
        (description.leadingTopics, description.state) = (application.topics, .created)
        let denied = Mutex<[String]>([])
        let kafka = application.broker.configuration(["fetch.wait.max.ms": "5"])
        let topic = "\(application.name)-labels"
        let readers = [
            ClusterLabels(
                kafka: kafka, topic: topic, onDeniedLabel: { label in denied.withLock { $0.append(label.text) } }),
            ClusterLabels(kafka: kafka, topic: topic),
        ]
        for reader in readers {
            try await reader.catchUp()
            #expect(reader.label(description) == nil && reader.label(description) == nil)
        }
        #expect(denied.withLock { $0 } == ["single mothers"])
        try application.forge(7, "tea time")
        let producer = try Producer(application.broker.configuration())
        try producer.produce(to: topic, key: "9", value: "no label")
        try producer.flush(timeout: .seconds(10))
        for reader in readers {
            while try await reader.next(timeout: .seconds(5)) != 7 {}
            #expect(reader.label(description) == "tea time")
            description.leadingTopics = ["go"]
            #expect(reader.label(description) == nil)
            description.leadingTopics = application.topics
        }
        let strict = ClusterLabels(kafka: kafka, topic: topic, isDenied: { $0.contains("time") })
        try await strict.catchUp()
        #expect(strict.label(description) == nil && strict.records.count == 2)
    }
}
