import Foundation
import TestSupport
import Testing

@testable import ShoalOperator

@Suite("shoal bench")
struct BenchCommandTests {
    private struct Report: Decodable {
        var measured: [String: Value]?
        var expected: [String: Value]?
        var needs: [String: Value]?
        var costs: [String: Value]

        /// A number; 0 for anything else.
        struct Value: Decodable {
            var number = 0.0

            init(from decoder: any Decoder) throws {
                number = (try? decoder.singleValueContainer().decode(Double.self)) ?? 0
            }
        }
    }

    /// 9,000 events of 300 viewers of two tastes over two days.
    private func events(_ folder: TemporaryFolder) throws -> String {
        let lines = (0..<9_000).map { step in
            let viewer = (step * 7 + step / 300) % 300
            let time = 1_767_225_600_000 + step * 19_200
            return #"{"event_id":"e\#(step)","user_id":"v\#(viewer)","topics":["t\#(viewer % 2 * 3 + step % 3)"],"#
                + #""watched_ms":50000,"duration_ms":60000,"event_time_ms":\#(time)}"#
        }
        return try folder.file("events.ndjson", lines.joined(separator: "\n") + "\n")
    }

    private static let settings = [
        "--set", "clusters.seed-members=100", "--set", "privacy.min-cluster-size=20", "--set", "topics.min-viewers=2",
    ]

    /// Standard output: the rate goes to standard error.
    private func json(_ words: [String]) throws -> CommandResult {
        try shell("$shoal bench \(words.map { "'\($0)'" }.joined(separator: " ")) --json 2>/dev/null")
    }

    private func report(_ words: [String]) throws -> Report {
        let result = try json(words)
        #expect(result.status == 0, "\(result.output)")
        return try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    }

    @Test("the events of a file are measured, and a load is computed with them")
    func file() throws {
        let folder = try TemporaryFolder()
        let path = try events(folder)
        let found = try report([path, "--expect", "events/s=20k,members=5M,memory=4GiB"] + Self.settings)
        func measured(_ name: String) -> Double { found.measured?[name]?.number ?? -1 }
        #expect(measured("events") == 9_000 && measured("members") == 300)
        #expect(measured("clusters") >= 2 && measured("topics") == 6)
        #expect(measured("event_cpu") > 1e-7 && abs(measured("event_cpu") * measured("events_a_core") - 1) < 1e-6)
        // A slot has 64 bytes; the topics of a block of four 48.
        #expect((100..<400).contains(measured("member_table")))
        let size = try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
        #expect(abs(measured("event_size") * 9_000 - Double(size)) < 1)
        #expect(measured("delta_size") > 100 && measured("model_size") > 100 && measured("delta_cpu") > 0)
        let costs = try CostFigures.stored()
        #expect(abs((found.costs["event_cpu"]?.number ?? 0) - measured("event_cpu") - costs.kafkaCpu) < 1e-9)
        #expect(found.costs["state_size"]?.number == costs.stateSize)
        #expect(found.expected?["members"]?.number == 5e6 && found.expected?["topics"]?.number == 6)
        let text = try shoal(["bench", path, "--expect", "events/s=20k"] + Self.settings)
        #expect(text.status == 0)
        #expect(text.output.contains("Measured on \(path)") && text.output.contains("all of it is computed"))
        #expect(text.output.contains("Needed for 20,000 events a second of 300 members"), "\(text.output)")
    }

    @Test("a report of another machine can be the costs")
    func costs() throws {
        let folder = try TemporaryFolder()
        let path = try events(folder)
        let measured = try json([path] + Self.settings)
        let file = try folder.file("costs.json", measured.output)
        let there = try report([path, "--expect", "events/s=1k,members=1M"] + Self.settings)
        let here = try report(["--costs", file, "--expect", "events/s=1k,members=1M,topics=6,clusters=2"])
        #expect(here.measured == nil)
        let (memory, stored) = (try #require(here.costs["member_memory"]).number, try CostFigures.stored())
        #expect(memory == there.costs["member_memory"]?.number && memory != stored.memberMemory)
        #expect(try #require(here.costs["event_cpu"]).number != stored.eventCpu)
    }

    @Test("the fields of a table are guessed, and told")
    func table() throws {
        let folder = try TemporaryFolder()
        let rows = (0..<3_000).map { step in
            "\(1_767_225_600 + step * 60),account-\(step * 7 % 90),film-\(step % 40),drama|t\(step % 3),300"
        }
        let text = (["watched_at,account,title,genres,seconds_watched"] + rows).joined(separator: "\n")
        let path = try folder.file("history.csv", text + "\n")
        let found = try report([path] + Self.settings)
        #expect(found.measured?["events"]?.number == 3_000 && found.measured?["members"]?.number == 90)
        let told = try shoal(["bench", path] + Self.settings)
        #expect(told.output.contains("fields were guessed: ") && told.output.contains("viewer=account"))
        let corrected = try shoal(
            ["bench", path, "--set", "input.map=viewer=title,topics=genres split pipe,time=watched_at as s"]
                + Self.settings)
        #expect(corrected.status == 0 && !corrected.output.contains("guessed"), "\(corrected.output)")
        #expect(corrected.output.contains(/members +40\n/), "\(corrected.output)")
    }

    @Test("the values of a topic are measured")
    func topic() async throws {
        let broker = try await TestBroker.shared()
        let name = uniqueName("bench")
        try await broker.create([name: 2])
        let words = ["--topic", name, "--viewers", "300", "--epochs", "20", "--archetypes", "4"]
        #expect(try shoal(["simulate"] + words + ["--set", "kafka.bootstrap.servers=\(broker.bootstrap)"]).status == 0)
        let found = try report(["--topic", name, "--bootstrap", broker.bootstrap])
        #expect(found.needs == nil)
        #expect((found.measured?["events"]?.number ?? 0) > 3_000)
    }

    @Test("instances and partitions grow with events and members, and obey what is given")
    func plan() throws {
        func needs(_ text: String) throws -> LoadNeeds {
            try LoadNeeds(ExpectedLoad(text, measured: nil), .stored())
        }
        let small = try needs("events/s=100,members=10k")
        #expect(small.instances == 2 && small.partitions == 4 && small.isEnough)
        let busy = try needs("events/s=1M,members=10k")
        let costs = try CostFigures.stored()
        let cores = 2e6 * (costs.eventCpu + costs.snapshotCpu + costs.sealCpu)
        #expect(Double(busy.instances) * 2 >= cores && Double(busy.instances - 1) * 2 < cores * 1.02)
        #expect(Double(busy.partitions) >= cores && busy.partitions % busy.instances == 0)
        let large = try needs("events/s=100,members=100M")
        #expect(large.memoryBehind <= 6e9 && large.instances > 6 && large.partitions >= 20)
        let given = try needs("events/s=1M,members=10k,instances=1,partitions=7")
        #expect(given.instances == 1 && given.partitions == 7 && !given.isEnough)
        #expect(try needs("events/s=100,members=10k,epoch=15m").modelsKept == 4 * small.modelsKept)
    }

    @Test(
        "mistakes in a load are usage errors",
        arguments: [
            ("members=5", "events/s=N is missing"), ("events/s=5", "members=N is missing"),
            ("events/s=many,members=5", "events/s=many: must be a number"),
            ("events/s=0,members=5", "must be a number"),
            ("users=5", "--expect users: must be one of events/s, members, topics"),
            ("events/s=1,members=1,epoch=soon", "or a duration such as 15m"),
            ("events/s=1,members=1,memory=10MB", "no number of such instances is enough"),
        ])
    func mistakes(load: String, message: String) throws {
        let result = try shell("$shoal bench --expect '\(load)' 2>&1")
        #expect(result.status == 64 && result.output.contains(message), "\(result)")
    }

    @Test("mistakes in arguments are usage errors, and an absent file is none")
    func arguments() throws {
        let folder = try TemporaryFolder()
        let wrong = try folder.file("wrong.json", "{}")
        for (words, status, message) in [
            ("nothing.json", 66, "nothing.json"),
            ("--costs \(wrong) --expect events/s=1,members=1", 64, "these are no costs"),
            ("nothing.json --expect events/s=x", 64, "must be a number"),
        ] {
            let result = try shell("$shoal bench \(words) 2>&1")
            #expect(result.status == status && result.output.contains(message), "\(words): \(result)")
        }
    }
}
