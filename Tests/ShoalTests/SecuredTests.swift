import Foundation
import Kafka
import Schemas
import TestSupport
import Testing

@Suite("On a secured Kafka, over mutual TLS", .serialized, .enabled(if: TestBroker.hasApache, "needs Apache Kafka"))
struct SecuredTests {
    /// A right that `deploy/acls.sh run` grants, as kafka-acls takes it.
    private struct Right {
        var operation: String
        var resource: [String]
        /// What the message has to name where it is missing.
        var named: [String]
    }

    private let broker: TestBroker
    private let folder: TemporaryFolder
    private let application = uniqueName("secured")
    private let user = "User:shoal"

    init() async throws {
        broker = try await TestBroker.shared(.apacheKafka(release: 4, brokers: 1, isSecure: true))
        folder = try TemporaryFolder()
    }

    /// Settings of a client with the certificate of the user `shoal`, who may do nothing that is not granted.
    private func settings() throws -> [String] {
        let client = try String(contentsOfFile: try #require(broker.facts["CLIENT_SSL"]), encoding: .utf8)
        let kafka = client.split(separator: "\n").map { "kafka.\($0)" }
        let topics = try folder.file("topics.txt", "chess\ngo\ncooking\nbaking\n")
        return (kafka + names + ["epoch.idle-timeout=1s", "topics.file=\(topics)", "log.format=text"])
            .flatMap { ["--set", $0] }
    }

    private var names: [String] {
        [
            "application.id=\(application)", "input.topic=\(application)-in", "output.topic=\(application)-out",
            "members.topic=\(application)-members", "clusters.seed-members=40", "clusters.initial=2",
            "privacy.min-cluster-size=1",
        ]
    }

    private var acls: String {
        get throws {
            let script = try #require(TestBroker.sharedFolder?.appending(path: "kafka/bin/kafka").path)
            return "\(script) run --dir \(try #require(broker.facts["DIR"])) acls"
        }
    }

    private func grant(_ role: String) throws {
        let script = TestBroker.root.appending(path: "deploy/acls.sh").path
        try TestSupport.run(
            script, [role, user, "--apply"],
            environment: [
                "APPLICATION": application, "INPUT": "\(application)-in", "OUTPUT": "\(application)-out",
                "MEMBERS": "\(application)-members", "KAFKA_ACLS": try acls,
            ])
    }

    private func change(_ how: String, _ right: Right) throws {
        let words = ["--allow-principal", user, "--operation", right.operation] + right.resource
        let result = try shell(
            "\(try acls) --\(how) \(how == "remove" ? "--force" : "") \(words.joined(separator: " ")) > /dev/null")
        #expect(result.status == 0, "\(result.output)")
    }

    /// Two tastes, 80 viewers, 4 epochs, and a record that is no event.
    private func publish(_ round: Int) throws {
        let topics = [["chess", "go"], ["cooking", "baking"]]
        var lines: [String] = []
        for index in 0..<640 {
            let (viewer, epoch) = (index % 80, Int64(index / 160) + Int64(round) * 4)
            let time = 1_700_000_000_000 + epoch * 3_600_000 + Int64(index)
            lines.append(
                #"{"event_id":"\#(round)-\#(index)","user_id":"viewer-\#(viewer)","#
                    + #""topics":["\#(topics[viewer % 2][index / 80 % 2])"],"watched_ms":50000,"duration_ms":60000,"#
                    + #""event_time_ms":\#(time)}"#)
        }
        let file = try folder.file("events.ndjson", lines.joined(separator: "\n"))
        let admin = ["--topic", "\(application)-in", "--set", "kafka.bootstrap.servers=\(broker.bootstrap)"]
        let sent = try shoal(["publish", file] + admin)
        #expect(sent.status == 0, "\(sent.output)")
    }

    private func run(_ settings: [String], seconds: Int = 8) throws -> CommandResult {
        try shell(
            "timeout --preserve-status -s TERM \(seconds) $shoal run "
                + settings.map { "'\($0)'" }.joined(separator: " "),
            environment: ["SHOAL_PRIVACY_KEY": String(repeating: "5a", count: 32)])
    }

    @Test(
        "exactly the rights of deploy/acls.sh are enough, and where one is missing, it is named with its topic or group"
    )
    func rights() async throws {
        let admin = names.flatMap { ["--set", $0] } + ["--set", "kafka.bootstrap.servers=\(broker.bootstrap)"]
        #expect(try shoal(["topics", "create", "--partitions", "2"] + admin).status == 0)
        try publish(0)
        try grant("run")
        let settings = try settings()
        let whole = try run(settings)
        #expect(whole.status == 0 && !whole.output.contains("authorization"), "\(whole.output)")
        #expect(whole.output.contains("cluster 2: created"), "\(whole.output)")
        func topic(_ name: String, _ operation: String, named: [String]) -> Right {
            let topic = "\(application)-\(name)"
            return Right(operation: operation, resource: ["--topic", topic], named: named + [topic])
        }
        let rights = [
            topic("in", "Read", named: ["grant"]), topic("deltas", "Read", named: ["grant Read"]),
            topic("models", "Read", named: ["grant Read"]), topic("deltas", "Write", named: ["grant Write"]),
            topic("models", "Write", named: ["grant Write"]), topic("out", "Write", named: ["grant"]),
            topic("members", "Write", named: ["grant"]), topic("in-dead-letters", "Write", named: ["grant"]),
            Right(
                operation: "Read", resource: ["--group", application],
                named: ["grant Read", "group \(application)"]),
            Right(
                operation: "Write",
                resource: ["--transactional-id", "\(application)-", "--resource-pattern-type", "prefixed"],
                named: ["grant Write", "transactional id \(application)-"]),
        ]
        for (round, right) in rights.enumerated() {
            try change("remove", right)
            try publish(round + 1)
            let result = try run(settings, seconds: 15)
            #expect(result.status == 77, "without \(right.operation) \(right.resource): \(result.output)")
            let last = result.lines.last { !$0.contains("librdkafka") } ?? ""
            for name in right.named { #expect(last.contains(name), "\(last)") }
            try change("add", right)
        }
    }

    @Test("publish, changes and topics need their own rights only")
    func otherCommands() async throws {
        let settings = try settings()
        #expect(try shoal(["topics", "create", "--partitions", "2"] + settings).status == 77)
        try grant("topics")
        #expect(try shoal(["topics", "create", "--partitions", "2"] + settings).status == 0)
        #expect(try shoal(["topics", "describe"] + settings).status == 0)
        let file = try folder.file("one.ndjson", #"{"user_id":"a","event_time_ms":1700000000000}"#)
        let refused = try shoal(["publish", file] + settings)
        #expect(refused.status == 77 && refused.output.contains("grant Write"), "\(refused.output)")
        try grant("publish")
        let sent = try shoal(["publish", file] + settings)
        #expect(sent.status == 0 && sent.output.contains("1 events sent"), "\(sent.output)")
        var change: [UInt8] = []
        ClusterChange(id: 1, kind: .clusterRetired).encode(into: &change)
        let producer = try Producer(broker.configuration())
        try producer.produce(to: "\(application)-out", key: nil, value: change.span)
        try producer.flush(timeout: .seconds(10))
        let changes = ["changes", "--from", "beginning", "--until", "end"] + settings
        let unread = try shoal(changes)
        #expect(unread.status == 77 && unread.output.contains("grant Read"), "\(unread.output)")
        try grant("changes")
        #expect(try shoal(changes).status == 0)
    }
}
