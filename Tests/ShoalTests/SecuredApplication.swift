import Foundation
import ShoalKafka
import TestSupport
import Testing

/// An application on a secured Apache Kafka. Its user `shoal` has only the rights that are granted explicitly.
struct SecuredApplication {
    static let user = "User:shoal"

    let broker: TestBroker
    let name = uniqueName("secured")
    private let folder: TemporaryFolder

    /// - Parameter release: The release of Apache Kafka.
    init(release: Int) async throws {
        broker = try await TestBroker.shared(.apacheKafka(release: release, brokers: 1, isSecure: true))
        folder = try TemporaryFolder()
    }

    /// Returns the options of a client that uses one of the start script's property files: `ssl-shoal`, `sasl-shoal`
    /// (SCRAM-SHA-256), `sasl-shoal-plain` or `sasl-shoal-scram-sha-512`.
    func settings(_ client: String) throws -> [String] {
        let directory = try #require(broker.facts["DIR"])
        let properties = try String(contentsOfFile: "\(directory)/secure/client-\(client).properties", encoding: .utf8)
        let topics = try folder.file("topics.txt", "chess\ngo\ncooking\nbaking\n")
        return properties.split(separator: "\n").flatMap { ["--set", "kafka.\($0)"] } + names
            + ["epoch.idle-timeout=1s", "snapshot.interval=100ms", "topics.file=\(topics)", "log.format=text"].flatMap {
                ["--set", $0]
            }
    }

    /// The options of a super user.
    var administrator: [String] { names + ["--set", "kafka.bootstrap.servers=\(broker.bootstrap)"] }

    /// The values of the placeholders in `deploy/rights.json`.
    var topics: [String: String] {
        [
            "application": name, "input": "\(name)-in", "output": "\(name)-out",
            "dead-letters": "\(name)-in-dead-letters", "members": "\(name)-members",
            "clusters": "\(name)-clusters", "opt-out": "\(name)-opt-out",
        ]
    }

    private var names: [String] {
        [
            "application.id=\(name)", "input.topic=\(name)-in", "output.topic=\(name)-out",
            "members.topic=\(name)-members", "clusters.topic=\(name)-clusters", "clusters.seed-members=40",
            "clusters.initial=2",
            "privacy.min-cluster-size=1", "privacy.opt-out-topic=\(name)-opt-out",
        ].flatMap { ["--set", $0] }
    }

    func createTopics() throws {
        let made = try shoal(["topics", "create", "--partitions", "2"] + administrator)
        #expect(made.status == 0, "\(made.output)")
    }

    func file(_ name: String, _ content: String) throws -> String { try folder.file(name, content) }

    /// The path of Kafka's tool for access control lists.
    var acls: String {
        get throws {
            let script = try #require(TestBroker.sharedFolder?.appending(path: "kafka/bin/kafka").path)
            return "\(script) run --dir \(try #require(broker.facts["DIR"])) acls"
        }
    }

    /// Grants a role's rights with `deploy/acls.sh`.
    func grant(_ role: String) throws {
        let script = TestBroker.root.appending(path: "deploy/acls.sh").path
        try TestSupport.run(
            script, [role, Self.user, "--apply"],
            environment: [
                "APPLICATION": name, "INPUT": "\(name)-in", "OUTPUT": "\(name)-out", "MEMBERS": "\(name)-members",
                "CLUSTERS": "\(name)-clusters", "OPT_OUT": "\(name)-opt-out", "KAFKA_ACLS": try acls,
            ])
    }

    /// Publishes the events of 80 viewers with two tastes in 4 epochs.
    func publish(_ round: Int = 0) throws {
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
        let events = try folder.file("events.ndjson", lines.joined(separator: "\n"))
        let sent = try shoal(["publish", events, "--topic", "\(name)-in"] + administrator)
        #expect(sent.status == 0, "\(sent.output)")
    }

    /// Runs an instance until its log contains `text`, and then stops it. If `text` is `nil`, waits until it exits.
    func run(_ settings: [String], until text: String?) async throws -> (status: Int32, output: String) {
        let key = ["SHOAL_PRIVACY_KEY": TestKey.digits]
        let process = try ShoalProcess(["run"] + settings, environment: key)
        if let text {
            try await process.waitForLog(text)
            return (try await process.stop(), process.log)
        }
        return (try await process.waitForEnd(), process.log)
    }
}
