import Foundation
import ShoalGenerator
import ShoalSchemas
import TestSupport
import Testing

@testable import ShoalOperator

@Suite("shoal simulate")
struct SimulateTests {
    /// A small stream that uses every feature.
    private static let small = [
        "--preset", "everyday", "--viewers", "400", "--videos", "500", "--epochs", "45", "--rate", "0.5",
    ]

    private struct Line: Decodable {
        struct Topic: Decodable { var name: String }
        var userId: String
        var topics: [Topic]
        var eventTimeMs: Int64
    }

    private static func decode<T: Decodable>(_ type: T.Type, _ line: Substring) throws -> T {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(line.utf8))
    }

    private func events(_ text: String) throws -> [Line] {
        try text.split(separator: "\n").map { try Self.decode(Line.self, $0) }
    }

    private func text(_ file: URL) throws -> String { try String(contentsOf: file, encoding: .utf8) }

    @Test("events that run ahead of the clock are noticed")
    func ahead() {
        func isAhead(start: Int64, speed: Double?, events: Int = .max) -> Bool {
            let shape = StreamShape.base.with {
                ($0.startTime, $0.epochs, $0.viewers, $0.eventsPerEpoch) = (start, 24, 1_000, 1)
            }
            let options = SimulationOptions(
                preset: "base", seed: 1, events: events, format: .json, pace: Pace(speed: speed),
                destination: .topic("t"), truth: nil, topicsFile: nil, shape: shape)
            return options.runsAhead(of: 1_800_000_000_000)
        }
        #expect(isAhead(start: 1_800_000_000_000, speed: 60) && isAhead(start: 1_800_000_000_000, speed: nil))
        #expect(!isAhead(start: 1_800_000_000_000, speed: 1) && !isAhead(start: 1_700_000_000_000, speed: nil))
        #expect(!isAhead(start: 1_800_000_000_000, speed: 60, events: 500))
    }

    @Test("the same seed gives the same bytes in every output, and another seed different ones")
    func seeded() throws {
        let folder = try TemporaryFolder()
        let options = Self.small.joined(separator: " ")
        let script = """
            cd \(folder.url.path)
            $shoal simulate a.ndjson \(options) --seed 7 --truth a.truth 2> a.report || exit 1
            $shoal simulate b.ndjson.gz \(options) --seed 7 --truth b.truth.gz 2> /dev/null || exit 2
            $shoal simulate c.ndjson.gz \(options) --seed 7 2> /dev/null || exit 3
            zcat b.ndjson.gz | cmp - a.ndjson || exit 4
            zcat b.truth.gz | cmp - a.truth || exit 5
            cmp b.ndjson.gz c.ndjson.gz || exit 6
            $shoal simulate - \(options) --seed 7 2> /dev/null | cmp - a.ndjson || exit 7
            $shoal simulate - \(options) --seed 8 2> /dev/null | cmp -s - a.ndjson && exit 8
            cat a.report
            """
        let result = try shell(script)
        #expect(result.status == 0, "\(result.status): \(result.output)")
        let events = try events(try text(folder.url.appending(path: "a.ndjson")))
        #expect(events.count > 5_000)
        #expect(result.output.hasPrefix("\(events.count) events written to a.ndjson: 412 viewers, 45 epochs, "))
    }

    @Test("Protobuf output has the same events, which publish sends unchanged")
    func protobuf() async throws {
        let broker = try await TestBroker.shared()
        let folder = try TemporaryFolder()
        let name = uniqueName("simulated")
        let topics = (lines: "\(name)-lines", messages: "\(name)-messages", direct: "\(name)-direct")
        try await broker.create([topics.lines: 2, topics.messages: 2, topics.direct: 2])
        let (options, kafka) = (
            Self.small.joined(separator: " ") + " --events 3000", "--set kafka.bootstrap.servers=\(broker.bootstrap)"
        )
        let script = """
            cd \(folder.url.path)
            $shoal simulate a.ndjson \(options) || exit 1
            $shoal simulate a.pb.gz --format protobuf \(options) || exit 2
            $shoal publish a.ndjson --format protobuf --topic \(topics.lines) \(kafka) || exit 3
            $shoal publish a.pb.gz --topic \(topics.messages) \(kafka) || exit 4
            $shoal simulate --topic \(topics.direct) --format protobuf \(options) \(kafka) || exit 5
            $shoal publish a.pb.gz --format json --topic \(topics.lines) \(kafka)
            """
        let result = try shell(script)
        #expect(result.status == 64 && result.output.contains("holds Protobuf"), "\(result.output)")
        #expect(result.output.contains("3000 events sent to \(topics.direct): 400 viewers, "), "\(result.output)")
        func values(_ topic: String) async throws -> [[[UInt8]]] {
            try await broker.records(of: topic).map { [$0.key ?? [], $0.value ?? []] }
        }
        let expected = try await values(topics.lines)
        #expect(expected.count == 3_000)
        #expect(try await values(topics.messages) == expected)
        #expect(try await values(topics.direct) == expected)
    }

    @Test("a file of messages is recognised by its first bytes, whatever their lengths")
    func recognised() {
        for viewer in 1...300 {
            for id in [0, 1, 20] {
                let line =
                    #"{"event_id":"\#(String(repeating: "i", count: id))","#
                    + #""user_id":"\#(String(repeating: "v", count: viewer))","event_time_ms":1700000000000}"#
                var (event, message) = (WatchEvent(), [UInt8]())
                #expect(throws: Never.self) {
                    try WatchEventReader().read(Array(line.utf8).span, into: &event)
                    event.encode(into: &message)
                }
                var prefix = ProtoWriter()
                prefix.varint(UInt64(message.count))
                #expect(WatchEventFile.content(prefix.bytes + message) == .events(.protobuf), "\(viewer) \(id)")
                for text in [line, "\n" + line, "\n\n\r\n  " + line, " \t" + line] {
                    #expect(WatchEventFile.content(Array(text.utf8)) == .events(.json), "\(text)")
                }
            }
        }
        #expect(WatchEventFile.content([UInt8]()) == .events(.json))
    }

    @Test("truncated or missing messages are errors")
    func damaged() async throws {
        let broker = try await TestBroker.shared()
        let folder = try TemporaryFolder()
        let topic = uniqueName("damaged")
        try await broker.create([topic: 1])
        let kafka = "--topic \(topic) --set kafka.bootstrap.servers=\(broker.bootstrap)"
        let cut = try shell(
            """
            cd \(folder.url.path); $shoal simulate a.pb --format protobuf --events 100 --viewers 50
            head -c 5000 a.pb > cut.pb; $shoal publish cut.pb \(kafka)
            """)
        #expect(cut.status == 1 && cut.output.contains("cut.pb: ends in the middle of a message"), "\(cut.output)")
        let sent = try await broker.records(of: topic).count
        #expect(sent > 10 && sent < 100 && cut.output.contains("\(sent) events sent"))
        // One of the messages has no viewer.
        let bad = try shell(
            """
            cd \(folder.url.path); (printf '\\004\\050\\001\\070\\001'; cat a.pb) > bad.pb
            $shoal publish bad.pb \(kafka)
            """)
        #expect(bad.status == 0 && bad.output.contains("bad.pb:1: not a watch event: missing_viewer"), "\(bad.output)")
        #expect(bad.output.contains("100 events sent"))
        let other = try folder.file("other", Data([0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 1, 2, 3]))
        let none = try shell("$shoal publish \(other) \(kafka)")
        #expect(
            none.status == 1 && none.output.contains("neither JSON lines nor length-delimited Protobuf messages"),
            "\(none.output)")
    }

    @Test("the truth contains tastes with their times, and the script's operations")
    func truth() throws {
        struct Truth: Decodable {
            var kind: String
            var userId: String?
            var fromEpoch: Int?
            var archetype: Int?
            var silent: Bool?
            var topics: FlexibleList?
            var step: String?
            var begins: Int?
            var firstVisible: Int?
            var events: Int?
            var viewers: Int?
        }
        let folder = try TemporaryFolder()
        let steps = try folder.file(
            "steps", "# a story\n3 birth 0.1\n5 split 0 # in two\n\n8 silence 1\n10 merge 2 3 over 2\n")
        let file = folder.url.appending(path: "events.ndjson")
        let truthFile = folder.url.appending(path: "truth.ndjson")
        let topicsFile = folder.url.appending(path: "topics.txt")
        let result = try shoal([
            "simulate", file.path, "--viewers", "1000", "--videos", "2000", "--epochs", "20", "--rate", "4", "--noise",
            "0", "--mixed", "0", "--script", steps, "--truth", truthFile.path, "--topics-file", topicsFile.path,
        ])
        #expect(result.status == 0, "\(result.output)")
        let lines = try text(truthFile).split(separator: "\n").map { try Self.decode(Truth.self, $0) }
        #expect(lines.first?.kind == "stream" && lines.last?.kind == "end")
        let events = try events(try text(file))
        #expect(lines.last?.events == events.count && lines.last?.viewers == 1_100)
        #expect(
            lines.filter { $0.kind == "step" }.map { "\($0.begins ?? -1) \($0.step ?? "")" } == [
                "3 birth 0.1", "5 split 0", "8 silence 1", "10 merge 2 3 over 2",
            ])
        #expect(lines.filter { $0.kind == "step" }.allSatisfy { ($0.firstVisible ?? -1) >= ($0.begins ?? 0) })
        let names = Set(try text(topicsFile).split(separator: "\n").map(String.init))
        #expect(names.count == 200 && events.allSatisfy { $0.topics.allSatisfy { names.contains($0.name) } })
        // Without noise, each event's first topic belongs to its viewer's archetype at that time.
        var tastes: [String: [(epoch: Int, archetype: Int, silent: Bool)]] = [:]
        var cores: [Int: [(epoch: Int, topics: Set<String>)]] = [:]
        for line in lines {
            guard let epoch = line.fromEpoch, let archetype = line.archetype else { continue }
            if line.kind == "archetype" {
                cores[archetype, default: []].append((epoch, Set(line.topics?.texts ?? [])))
            } else if let viewer = line.userId {
                tastes[viewer, default: []].append((epoch, archetype, line.silent ?? false))
            }
        }
        #expect(tastes.count == 1_100 && cores.count == 22)
        #expect(tastes["viewer-1050"]?.map(\.epoch) == [3] && tastes["viewer-1050"]?.first?.archetype == 20)
        var strange = 0
        for event in events {
            let epoch = Int((event.eventTimeMs - 1_767_225_600_000) / 3_600_000)
            let taste = try #require(tastes[event.userId]?.last { $0.epoch <= epoch })
            let core = try #require(cores[taste.archetype]?.last { $0.epoch <= epoch })
            #expect(!taste.silent)
            if !core.topics.contains(event.topics[0].name) { strange += 1 }
        }
        // A topic without a video is watched as noise.
        #expect(strange < events.count / 100, "\(strange) of \(events.count)")
        #expect(tastes.values.contains { $0.count > 1 && $0[1].epoch == 5 && $0[1].archetype == 21 })
    }

    @Test("it stops after the given number of events, keeps the pace, and ends when its reader closes")
    func stops() throws {
        let many = try shell("$shoal simulate - --events 70001 --viewers 100 | wc -l")
        #expect(many.lines.contains("70001") && many.output.contains("70001 events written to standard output"))
        let head = try shell("$shoal simulate - --epochs 100000 --viewers 100 2> /dev/null | head -2 | wc -l")
        #expect(head.status == 0 && head.lines == ["2"])
        let start = ContinuousClock.now
        let paced = try shell("$shoal simulate - --viewers 1000 --rate 10 --epochs 1 --speed 3600 | wc -l")
        #expect(paced.status == 0 && ContinuousClock.now - start > .milliseconds(900))
    }

    @Test("Ctrl-C leaves a complete file, its truth, and a report")
    func interrupted() async throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "events.ndjson.gz").path
        let truth = folder.url.appending(path: "truth.ndjson").path
        let process = try ShoalProcess([
            "simulate", file, "--events", "\(Int.max)", "--viewers", "500", "--speed", "100000000", "--truth",
            truth,
        ])
        try await waitUntil("events in the file", state: process.log) {
            let size = try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int
            return size ?? 0 > 0
        }
        process.signal(SIGINT)
        #expect(try await process.waitForEnd() == 0)
        #expect(process.log.hasPrefix("stopped: "), "\(process.log)")
        let count = try #require(process.log.split(separator: " ").dropFirst().first.flatMap { Int($0) })
        let lines = try shell("zcat \(file) | wc -l; tail -n 1 \(truth)")
        #expect(lines.lines.first == "\(count)" && lines.output.contains("\"kind\":\"end\",\"events\":\(count),"))
    }

    @Test("an invalid stream is refused with a reason")
    func refused() throws {
        let folder = try TemporaryFolder()
        let script = try folder.file("script", "10 split 3\n20 spilt 4\n")
        for (words, status, message) in [
            ([], 64, "FILE is missing"), (["a", "--topic", "b"], 64, "either a or --topic, not both"),
            (["-", "--preset", "driftt"], 64, "did you mean drift?"),
            (["-", "--noise", "2"], 64, "--noise 2: must be a number, 0 to 1"),
            (["-", "--epoch-length", "5"], 64, "must be a duration such as 90s, 15m or 2h, 1s to 365d"),
            (["-", "--start", "tomorrow"], 64, "must be a time"), (["-", "--topics", "10"], 64, "need a pool"),
            (["-", "--script", script], 1, "script:2: \"20 spilt 4\" is not a step: it must be an epoch and one of"),
            (["x", "--truth", "x"], 64, "x is named twice"), (["-", "--speed", "0"], 64, "must be a number above 0"),
            (["/nowhere/x"], 74, "Cannot write /nowhere/x: No such file or directory"),
        ] as [([String], Int32, String)] {
            let result = try shoal(["simulate"] + words)
            #expect(result.status == status && result.output.contains(message), "\(words): \(result.output)")
        }
        let full = try shell("$shoal simulate /dev/full --viewers 100 --events 100000")
        let reason = "Cannot write /dev/full: No space left on device.\n"
        #expect(full.status == 74 && full.output == reason, "\(full.output)")
    }

    @Test(
        "memory does not grow with the number of events",
        .enabled(
            if: ProcessInfo.processInfo.environment["SHOAL_TEST_SANITIZER"] == nil,
            "the address sanitizer keeps what was freed"))
    func memory() throws {
        // The maximum resident size according to the kernel. The output is discarded.
        func peak(_ events: Int) throws -> Int {
            let line =
                "$shoal simulate /dev/null --viewers 20000 --preset everyday --events \(events) 2> /dev/null & pid=$!; "
                + "peak=0; while kill -0 $pid 2> /dev/null; do "
                + "now=$(awk '/VmHWM/ {print $2}' /proc/$pid/status 2> /dev/null); peak=${now:-$peak}; sleep 0.02; done; "
                + "echo $peak"
            let result = try shell(line)
            return try #require(result.lines.last.flatMap { Int($0) }, "\(result.output)")
        }
        let (few, many) = (try peak(300_000), try peak(3_000_000))
        #expect(few > 10_000 && many < few + few / 4, "\(few) KiB, then \(many) KiB")
    }
}

/// A list of numbers or names.
private struct FlexibleList: Decodable {
    var texts: [String] = []
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        texts = (try? container.decode([String].self)) ?? []
    }
}
