import Foundation
import ShoalKafka
import ShoalSchemas
import TestSupport
import Testing

@Suite("Secured Kafka with mutual TLS", .serialized, .enabled(if: TestBroker.startsApache, "needs Apache Kafka"))
struct SecuredTests {
    private let application: SecuredApplication

    init() async throws {
        application = try await SecuredApplication(release: 4)
    }

    private func change(_ how: String, _ right: RightsList.Right) throws {
        let words = ["--allow-principal", SecuredApplication.user] + right.arguments
        let force = how == "remove" ? "--force" : ""
        let result = try shell("\(try application.acls) --\(how) \(force) \(words.joined(separator: " ")) > /dev/null")
        #expect(result.status == 0, "\(result.output)")
    }

    @Test(
        "the rights of deploy/rights.json are necessary and sufficient, and a missing one is named"
    )
    func rights() async throws {
        try application.createTopics()
        try application.publish()
        try application.grant("run")
        let settings = try application.settings("ssl-shoal")
        let whole = try await application.run(settings, until: "clusters changed")
        #expect(whole.status == 0 && !whole.output.contains("authorization"), "\(whole.output)")
        let rights = try RightsList().rights(of: "run", application.topics)
        #expect(rights.count > 10)
        for (round, right) in rights.enumerated() {
            try change("remove", right)
            try application.publish(round + 1)
            let result = try await application.run(settings, until: nil)
            #expect(result.status == 77, "without \(right): \(result.output)")
            let last = result.output.split(separator: "\n").last { !$0.contains("librdkafka") } ?? ""
            #expect(right.isNamed(in: last), "without \(right): \(last)")
            try change("add", right)
        }
    }

    @Test("publish, changes and topics need only their own rights")
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
