import Foundation
import ShoalKafka
import ShoalSchemas
import TestSupport
import Testing

@Suite("shoal publish")
struct PublishTests {
    private func event(_ viewer: String, at time: Int64 = 1_700_000_000_000) -> String {
        #"{"event_id":"e-\#(viewer)-\#(time)","user_id":"\#(viewer)","topics":["chess"],"event_time_ms":\#(time)}"#
    }

    private func topic(partitions: Int32 = 2) async throws -> (broker: TestBroker, name: String, settings: [String]) {
        let broker = try await TestBroker.shared()
        let name = uniqueName("publish")
        try await broker.create([name: partitions])
        return (broker, name, ["--topic", name, "--set", "kafka.bootstrap.servers=\(broker.bootstrap)"])
    }

    @Test("lines from a file, gzip or standard input arrive unchanged, keyed by viewer")
    func sources() async throws {
        let (broker, topic, settings) = try await topic()
        let folder = try TemporaryFolder()
        let lines = (0..<100).map { event("viewer-\($0 % 7)", at: 1_700_000_000_000 + Int64($0)) }
        let file = try folder.file("events.ndjson", lines.joined(separator: "\n") + "\r\n\n")
        #expect(try shoal(["publish", file] + settings).output.hasPrefix("100 events sent to \(topic), "))
        let options = settings.joined(separator: " ")
        #expect(try shell("gzip -c \(file) > \(file).gz && $shoal publish \(file).gz \(options)").status == 0)
        #expect(try shell("$shoal publish - --limit 10 \(options) < \(file)").status == 0)
        let records = try await broker.records(of: topic)
        #expect(records.count == 210)
        let sent = (lines + lines + lines.prefix(10)).sorted()
        #expect(records.map { $0.valueText.trimmingCharacters(in: .newlines) }.sorted() == sent)
        #expect(records.allSatisfy { $0.valueText.contains("\"user_id\":\"\($0.keyText)\"") })
        let places = Dictionary(grouping: records, by: \.keyText).mapValues { Set($0.map(\.partition)) }
        #expect(places.values.allSatisfy { $0.count == 1 } && places.count == 7, "a viewer stays in a partition")
    }

    @Test("events can be sent as Protobuf")
    func protobuf() async throws {
        let (broker, topic, settings) = try await topic()
        let folder = try TemporaryFolder()
        let file = try folder.file("events.ndjson", event("anna") + "\n")
        #expect(try shoal(["publish", file, "--format", "protobuf"] + settings).status == 0)
        let record = try #require(try await broker.records(of: topic).first)
        var options = WatchEventReader.Options()
        options.format = .only(.protobuf)
        var read = WatchEvent()
        let (key, value) = (try #require(record.key), try #require(record.value))
        try WatchEventReader(options: options).read(value.span, key: key.span, into: &read)
        #expect(String(decoding: read.text[read.viewer], as: UTF8.self) == "anna")
        #expect(read.time == 1_700_000_000_000 && read.topics.count == 1)
    }

    @Test("invalid lines are reported by number and stop only a strict run")
    func badLines() async throws {
        let (broker, topic, settings) = try await topic(partitions: 1)
        let folder = try TemporaryFolder()
        let long = String(repeating: "x", count: 2 << 20)
        let file = try folder.file("events.ndjson", [event("a"), "{", long, event("b")].joined(separator: "\n"))
        let lenient = try shoal(["publish", file] + settings)
        #expect(lenient.status == 0)
        #expect(lenient.output.contains("\(file):2: not a watch event: bad_json"))
        #expect(lenient.output.contains("\(file):3: not a watch event: value_too_large"))
        #expect(lenient.output.contains("2 events sent to \(topic), 2 records were not watch events"))
        let strict = try shoal(["publish", file, "--strict"] + settings)
        #expect(strict.status == 1 && strict.output.contains("1 events sent"))
        #expect(try await broker.records(of: topic).map(\.keyText) == ["a", "b", "a"])
    }

    @Test("a truncated, damaged or missing file or a directory is an error")
    func files() async throws {
        let (broker, topic, settings) = try await topic(partitions: 1)
        let folder = try TemporaryFolder()
        let lines = (0..<2_000).map { event("viewer-\($0)") }.joined(separator: "\n")
        let file = try folder.file("events.ndjson", lines)
        let options = settings.joined(separator: " ")
        let cut = try shell("gzip -c \(file) | head -c 8000 > \(file).gz; $shoal publish \(file).gz \(options)")
        #expect(cut.status == 1 && cut.output.contains("the gzip stream is truncated"), "\(cut.output)")
        let whole = try await broker.records(of: topic)
        #expect(!whole.isEmpty && whole.allSatisfy { $0.valueText.hasSuffix("}") }, "only whole lines were sent")
        let damaged = try shell(
            "gzip -c \(file) > \(file).gz; printf XXXX | dd of=\(file).gz bs=1 seek=4000 conv=notrunc 2> /dev/null; "
                + "$shoal publish \(file).gz \(options)")
        #expect(damaged.status == 1 && damaged.output.contains("the gzip stream is damaged"), "\(damaged.output)")
        #expect(try shoal(["publish", folder.url.path] + settings).output.contains("is a directory"))
        #expect(try shoal(["publish", file + ".none"] + settings).output.contains("No such file"))
    }

    @Test("events are replayed at a multiple of real time")
    func pace() async throws {
        let (_, _, settings) = try await topic(partitions: 1)
        let folder = try TemporaryFolder()
        // An hour at 3,600 times the pace is a second: neither none nor the hour itself, however busy the machine is.
        let file = try folder.file("events.ndjson", event("a") + "\n" + event("b", at: 1_700_003_600_000))
        let start = ContinuousClock.now
        #expect(try shoal(["publish", file, "--speed", "3600"] + settings).status == 0)
        #expect(ContinuousClock.now - start >= .seconds(1))
        #expect(ContinuousClock.now - start < .seconds(1_800))
    }

    @Test("only events that a broker has acknowledged count as sent, and a broker that cannot be reached is named")
    func unreachable() async throws {
        let cluster = try MockCluster(brokers: 2)
        let servers = cluster.bootstrapServers.split(separator: ",").map(String.init)
        let topic = uniqueName("publish")
        try cluster.createTopic(topic, partitions: 24)
        // The second broker leads about half of the partitions, and does not listen at its address.
        try cluster.setBroker(2, isUp: false)
        let folder = try TemporaryFolder()
        let file = try folder.file("events.ndjson", (0..<40).map { event("viewer-\($0)") }.joined(separator: "\n"))
        let settings = ["--set", "kafka.bootstrap.servers=\(servers[0])", "--set", "kafka.message.timeout.ms=4000"]
        let simulate = ["simulate", "--events", "200", "--viewers", "50"]
        for (words, unit) in [(["publish", file], 40), (simulate, 200)] {
            let result = try shoal(words + ["--topic", topic] + settings)
            #expect(result.status == 69 && result.output.contains("could not be delivered"), "\(result.output)")
            #expect(
                result.output.contains("\(servers[1]) (the address that broker 2 advertises): Connect to"),
                "\(result.output)")
            let match = try #require(result.output.firstMatch(of: /(\d+) events sent to \S+ (\d+) could not be/))
            let (sent, lost) = (try #require(Int(match.1)), try #require(Int(match.2)))
            #expect(sent > 0 && lost > 0 && sent + lost == unit, "\(result.output)")
        }
        let replay = try shoal(
            [
                "replay", file, "--publish-to", topic, "--set", "members.min-events=1", "--set",
                "clusters.seed-members=2",
            ]
                + settings, environment: ["SHOAL_PRIVACY_KEY": TestKey.digits])
        #expect(replay.output.contains(" changes were written to \(topic)"), "\(replay.output)")
    }

    @Test("replay --publish-to without a key is refused before anything is read")
    func noKey() throws {
        let result = try shoal(["replay", "absent.ndjson", "--publish-to", "what-if"])
        #expect(result.status == 78, "\(result.output)")
        #expect(result.output.contains("--publish-to writes pseudonyms"), "\(result.output)")
        #expect(result.output.contains("openssl rand -hex 32"), "\(result.output)")
    }

    @Test("a missing topic or broker is an error")
    func absent() async throws {
        let broker = try await TestBroker.shared()
        let folder = try TemporaryFolder()
        let file = try folder.file("events.ndjson", event("a"))
        let absent = uniqueName("absent")
        let result = try shoal(
            ["publish", file, "--topic", absent, "--set", "kafka.bootstrap.servers=\(broker.bootstrap)"])
        #expect(result.status == 72 && result.output.contains("the topic \(absent) does not exist"))
        let away = try shoal(["publish", file, "--set", "kafka.bootstrap.servers=127.0.0.1:1"])
        #expect(away.status == 69 && away.output.contains("check kafka.bootstrap.servers"), "\(away.output)")
        #expect(away.output.contains("127.0.0.1:1: Connect to ipv4#127.0.0.1:1 failed: Connection refused"))
    }
}
