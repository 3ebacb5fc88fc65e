import Foundation
import Kafka
import Schemas
import TestSupport
import Testing

@Suite("On a secured Kafka, over mutual TLS", .serialized, .enabled(if: TestBroker.startsApache, "needs Apache Kafka"))
struct SecuredTests {
    /// A right that `deploy/acls.sh run` grants, as kafka-acls takes it.
    private struct Right {
        var operation: String
        var resource: [String]
        /// What the message has to name where it is missing.
        var named: [String]
    }

    private let application: SecuredApplication

    init() async throws {
        application = try await SecuredApplication(release: 4)
    }

    private func change(_ how: String, _ right: Right) throws {
        let words = ["--allow-principal", SecuredApplication.user, "--operation", right.operation] + right.resource
        let force = how == "remove" ? "--force" : ""
        let result = try shell("\(try application.acls) --\(how) \(force) \(words.joined(separator: " ")) > /dev/null")
        #expect(result.status == 0, "\(result.output)")
    }

    @Test(
        "exactly the rights of deploy/acls.sh are enough, and where one is missing, it is named with its topic or group"
    )
    func rights() async throws {
        try application.createTopics()
        try application.publish()
        try application.grant("run")
        let settings = try application.settings("ssl-shoal")
        let whole = try await application.run(settings, until: "cluster 2: created")
        #expect(whole.status == 0 && !whole.output.contains("authorization"), "\(whole.output)")
        func topic(_ name: String, _ operation: String, named: [String]) -> Right {
            let topic = "\(application.name)-\(name)"
            return Right(operation: operation, resource: ["--topic", topic], named: named + [topic])
        }
        let rights = [
            topic("in", "Read", named: ["grant"]), topic("deltas", "Read", named: ["grant Read"]),
            topic("models", "Read", named: ["grant Read"]), topic("deltas", "Write", named: ["grant Write"]),
            topic("models", "Write", named: ["grant Write"]), topic("out", "Write", named: ["grant"]),
            topic("state", "Read", named: ["grant Read"]), topic("state", "Write", named: ["grant Write"]),
            topic("state", "DescribeConfigs", named: ["grant DescribeConfigs"]),
            topic("members", "Write", named: ["grant"]), topic("in-dead-letters", "Write", named: ["grant"]),
            Right(
                operation: "Read", resource: ["--group", application.name],
                named: ["grant Read", "group \(application.name)"]),
            Right(
                operation: "Write",
                resource: ["--transactional-id", "\(application.name)-", "--resource-pattern-type", "prefixed"],
                named: ["grant Write", "transactional id \(application.name)-"]),
        ]
        for (round, right) in rights.enumerated() {
            try change("remove", right)
            try application.publish(round + 1)
            let result = try await application.run(settings, until: nil)
            #expect(result.status == 77, "without \(right.operation) \(right.resource): \(result.output)")
            let last = result.output.split(separator: "\n").last { !$0.contains("librdkafka") } ?? ""
            for name in right.named { #expect(last.contains(name), "\(last)") }
            try change("add", right)
        }
    }

    @Test("publish, changes and topics need their own rights only")
    func otherCommands() async throws {
        let settings = try application.settings("ssl-shoal")
        #expect(try shoal(["topics", "create", "--partitions", "2"] + settings).status == 77)
        try application.grant("topics")
        #expect(try shoal(["topics", "create", "--partitions", "2"] + settings).status == 0)
        #expect(try shoal(["topics", "describe"] + settings).status == 0)
        let file = try application.file("one.ndjson", #"{"user_id":"a","event_time_ms":1700000000000}"#)
        let refused = try shoal(["publish", file] + settings)
        #expect(refused.status == 77 && refused.output.contains("grant Write"), "\(refused.output)")
        try application.grant("publish")
        let sent = try shoal(["publish", file] + settings)
        #expect(sent.status == 0 && sent.output.contains("1 events sent"), "\(sent.output)")
        var change: [UInt8] = []
        ClusterChange(id: 1, kind: .clusterRetired).encode(into: &change)
        let producer = try Producer(application.broker.configuration())
        try producer.produce(to: "\(application.name)-out", key: nil, value: change.span)
        try producer.flush(timeout: .seconds(10))
        let changes = ["changes", "--from", "beginning", "--until", "end"] + settings
        let unread = try shoal(changes)
        #expect(unread.status == 77 && unread.output.contains("grant Read"), "\(unread.output)")
        try application.grant("changes")
        #expect(try shoal(changes).status == 0)
    }
}
