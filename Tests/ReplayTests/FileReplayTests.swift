import Foundation
import ShoalClustering
import ShoalGenerator
import ShoalPipeline
import ShoalReplay
import ShoalSchemas
import TestSupport
import Testing

@Suite("Replay of a file")
struct FileReplayTests {
    private let folder = try? TemporaryFolder()
    private let options: ReplayOptions

    init() throws {
        var settings = Settings()
        settings.seedMembers = 200
        settings.clustersInitial = 6
        settings.minClusterSize = 20
        settings.minEvents = 3
        let key = try #require(PrivacyKey(hex: String(repeating: "5a", count: 32)))
        options = ReplayOptions(settings: settings, key: key)
    }

    /// Returns the events of a small stream, each as a JSON object.
    private static func lines(seed: UInt64 = 4, viewers: Int = 600, epochs: Int = 16) throws -> [[UInt8]] {
        var shape = StreamShape.base
        shape.viewers = viewers
        shape.epochs = epochs
        shape.topics = 60
        shape.archetypes = 6
        var stream = try WatchStream(shape, seed: seed)
        var lines: [[UInt8]] = []
        while let events = stream.nextEpoch() {
            for event in events {
                var line: [UInt8] = []
                event.appendJSON(to: &line)
                lines.append(line)
            }
        }
        return lines
    }

    private func file(_ name: String, _ content: some Sequence<UInt8>) throws -> String {
        try #require(folder).file(name, Data(content))
    }

    private func replay(
        _ path: String, partitions: Int = 4, epochs: ReplayOptions.Epochs = .clock
    ) async throws -> ReplayReport {
        var options = options
        options.partitions = partitions
        options.epochs = epochs
        var report = try await Replay(options).run(file: path).report
        report.input.name = ""
        return report
    }

    @Test("JSON lines, gzip and Protobuf give byte-identical reports")
    func formats() async throws {
        let lines = try Self.lines()
        let json = try file("a.ndjson", lines.map { $0 + [10] }.joined())
        var messages: [UInt8] = []
        let reader = WatchEventReader()
        var event = WatchEvent()
        for line in lines {
            try reader.read(line.span, into: &event)
            var message: [UInt8] = []
            event.encode(into: &message)
            var length = message.count
            while length >= 0x80 {
                messages.append(UInt8(length & 0x7F) | 0x80)
                length >>= 7
            }
            messages.append(UInt8(length))
            messages += message
        }
        let protobuf = try file("a.pb", messages)
        try run("gzip", ["--keep", json])
        let report = try await replay(json)
        #expect(report.input.events > 6_000 && report.rows.count > 10 && report.clusters.count >= 4)
        #expect(report.flows?.flows.isEmpty == false)
        let expected = try report.json()
        #expect(try await replay(json).json() == expected)
        #expect(try await replay(json + ".gz").json() == expected)
        #expect(try await replay(protobuf).json() == expected)
    }

    @Test("with given epochs the number of partitions and the order of a file do not affect the report")
    func partitions() async throws {
        let lines = try Self.lines(seed: 5)
        let json = try file("a.ndjson", lines.map { $0 + [10] }.joined())
        let one = try await replay(json, partitions: 1, epochs: .given)
        #expect(one.rows.count == 16 && one.totals.moved > 0)
        for partitions in [4, 16] {
            #expect(try await replay(json, partitions: partitions, epochs: .given).json() == one.json())
        }
        // Sorts by viewer. The order within each viewer remains.
        func viewer(_ line: [UInt8]) -> Substring {
            String(decoding: line, as: UTF8.self).split(separator: "\"")[7]
        }
        let sorted = lines.enumerated().sorted { left, right in
            (viewer(left.element), left.offset) < (viewer(right.element), right.offset)
        }
        let other = try file("b.ndjson", sorted.map { $0.element + [10] }.joined())
        #expect(try await replay(other, partitions: 4, epochs: .given).json() == one.json())
    }

    @Test("an orderly log ends with its last epoch closed, and with as many models as given epochs have")
    func end() async throws {
        let json = try file("a.ndjson", Self.lines().map { $0 + [10] }.joined())
        let (clock, given) = (try await replay(json), try await replay(json, epochs: .given))
        #expect(clock.rows.last?.version == given.rows.last?.version)
        #expect(clock.rows.reduce(0) { $0 + $1.events } == clock.input.events)
        #expect(clock.hasClusters)
    }

    @Test("a report without clusters says why, with figures")
    func reasons() async throws {
        let json = try file("a.ndjson", Self.lines(viewers: 150, epochs: 8).map { $0 + [10] }.joined())
        let few = try await replay(json)
        #expect(!few.hasClusters)
        #expect(few.notes.contains { $0.contains("and a topic (members.min-events), of the 200") }, "\(few.notes)")
        // A few events in each epoch: the clock follows far behind them.
        let sparse = (0..<400).map { index in
            let time = 1_767_225_600_000 + index * 1_800_000
            return Array(
                """
                {"event_id":"\(index)","user_id":"u\(index % 80)","video_id":"v","topics":["a"],"watched_ms":1000,\
                "duration_ms":1000,"event_time_ms":\(time)}

                """.utf8)
        }
        let lag = try await replay(file("b.ndjson", sparse.joined()))
        #expect(lag.notes.contains { $0.contains("were ahead of the clock") }, "\(lag.notes)")
    }

    @Test("the final memberships are those of the published clusters, ascending by pseudonym")
    func memberships() async throws {
        let json = try file("a.ndjson", Self.lines().map { $0 + [10] }.joined())
        var replay = Replay(options)
        replay.keepsPlaces = true
        let result = try await replay.run(file: json)
        let csv = MembershipFile(result, key: options.key, .init(path: "members.CSV")).bytes
        let rows = String(decoding: csv, as: UTF8.self).split(separator: "\n").map { $0.split(separator: ",") }
        #expect(rows[0] == ["member", "cluster"])
        let members = rows.dropFirst().map { String($0[0]) }
        #expect(members == members.sorted() && members.allSatisfy { $0.count == 32 })
        let last = try #require(result.report.rows.last)
        let step = options.settings.minClusterSize
        #expect(Int64(members.count) / step * step == last.eligible)
        for (cluster, count) in zip(last.clusters, last.members) {
            #expect(rows.count { $0.count == 2 && $0[1] == "\(cluster)" } > count / 2)
        }
        let json2 = MembershipFile(result, key: options.key, .init(path: "members.ndjson")).bytes
        let lines = json2.split(separator: 10)
        #expect(lines.count == members.count)
        let first = try JSONSerialization.jsonObject(with: Data(lines[0])) as? [String: Any]
        #expect(first?["member"] as? String == members[0])
    }

    @Test("the numbers of the report add up")
    func sums() async throws {
        let lines = try Self.lines(seed: 6)
        let report = try await replay(try file("a.ndjson", lines.map { $0 + [10] }.joined()))
        #expect(report.input.events + report.input.duplicates == Int64(lines.count))
        let last = try #require(report.rows.last)
        #expect(last.unassigned <= last.eligible && last.members.reduce(0, +) <= last.eligible + 100)
        #expect(report.rows.reduce(0) { $0 + $1.moved } <= report.totals.moved)
        let created = report.lifecycle.filter { $0.kind == "cluster_created" }.map(\.cluster)
        #expect(Set(created) == Set(report.clusters.map(\.id)) && created.count == report.clusters.count)
        let there = report.clusters.filter { $0.ended == nil }.map(\.id)
        #expect(Set(last.clusters).isSubset(of: there))
        let flows = try #require(report.flows)
        #expect(flows.flows.allSatisfy { $0.members >= 20 && ($0.from, $0.to) != (0, 0) })
    }

    @Test("invalid lines are counted by reason and named, and the others count")
    func badLines() async throws {
        var lines = try Self.lines(seed: 7)
        let all = lines.count
        lines.insert(Array(#"{"user_id":"v","watched_ms":-1,"event_time_ms":1700000000000}"#.utf8), at: 3)
        lines.insert(Array("no event".utf8), at: 100)
        lines.insert([], at: 200)
        let path = try file("a.ndjson", lines.map { $0 + [10] }.joined())
        let result = try await Replay(options).run(file: path)
        #expect(result.report.input.rejected == ["negative_watched": 1, "bad_json": 1])
        #expect(result.report.input.events + result.report.input.duplicates == Int64(all))
        #expect(
            result.messages.first == "\(path):4: not a watch event: negative_watched: watched_ms: expected 0 or more")
        #expect(
            result.messages.last
                == "\(path):101: not a watch event: bad_json: expected valid JSON: one object (at byte 0)")
    }

    @Test("a truncated, damaged or missing file is refused with its name")
    func refused() async throws {
        let bytes = Array(try Self.lines(seed: 8).map { $0 + [10] }.joined())
        let whole = try file("whole.ndjson", bytes)
        try run("gzip", ["--keep", whole])
        let packed = try Data(contentsOf: URL(fileURLWithPath: whole + ".gz"))
        var damaged = packed
        for index in damaged.count / 2..<damaged.count / 2 + 40 { damaged[index] ^= 0x55 }
        let cases: [(String, String)] = [
            (try file("line.ndjson", bytes.dropLast(40)), "the file ends in the middle of a line"),
            (try file("cut.gz", packed.dropLast(packed.count / 3)), "the gzip stream is truncated"),
            (try file("bad.gz", damaged), "the gzip stream is damaged"),
            (try file("cut.pb", [200, 1, 10, 2]), "ends in the middle of a message"),
            (try #require(folder).url.path, "is a directory"),
            (try #require(folder).url.appending(path: "none").path, "No such file"),
        ]
        for (path, text) in cases {
            for epochs in ReplayOptions.Epochs.allCases {
                let error = await #expect(throws: ReplayError.self) { try await self.replay(path, epochs: epochs) }
                #expect(error?.kind == .input && error?.description.hasPrefix(path) == true)
                #expect(error?.description.contains(text) == true, "\(path): \(error?.description ?? "")")
            }
        }
    }

    @Test("a byte order mark is skipped at the beginning of a file and of a line")
    func mark() async throws {
        let lines = try Self.lines(seed: 10, viewers: 200, epochs: 4)
        let plain = try await replay(try file("plain.ndjson", lines.map { $0 + [10] }.joined())).json()
        let marked = try file("a.ndjson", [0xEF, 0xBB, 0xBF] + lines.map { $0 + [10] }.joined())
        #expect(try await replay(marked).json() == plain)
        let all = try file("b.ndjson", lines.map { [0xEF, 0xBB, 0xBF] + $0 + [10] }.joined())
        #expect(try await replay(all).json() == plain)
    }

    @Test("a record that is too long is counted as it would be on a topic, and the others count")
    func long() async throws {
        let lines = try Self.lines(seed: 11, viewers: 200, epochs: 4)
        let long =
            Array(#"{"user_id":"v","video_id":""#.utf8) + [UInt8](repeating: 97, count: 3 << 20) + Array(#""}"#.utf8)
        let plain = try await replay(try file("plain.ndjson", lines.map { $0 + [10] }.joined()))
        for place in [0, 100, lines.count] {
            var with = lines
            with.insert(long, at: place)
            let path = try file("a.ndjson", with.map { $0 + [10] }.joined())
            let result = try await Replay(options).run(file: path)
            #expect(result.report.input.rejected == ["value_too_large": 1])
            #expect(
                result.messages == ["\(path):\(place + 1): not a watch event: value_too_large: expected at most 1 MiB"])
            var report = result.report
            (report.input.name, report.input.rejected) = ("", [:])
            #expect(report == plain, "\(place)")
        }
        // The same as messages, the long one of 3 and of 5 MiB.
        func message(_ bytes: [UInt8]) -> [UInt8] {
            var prefix: [UInt8] = []
            var length = bytes.count
            while length >= 0x80 {
                prefix.append(UInt8(length & 0x7F) | 0x80)
                length >>= 7
            }
            return prefix + [UInt8(length)] + bytes
        }
        let reader = WatchEventReader()
        var event = WatchEvent()
        let messages = try lines.map { line in
            try reader.read(line.span, into: &event)
            var bytes: [UInt8] = []
            event.encode(into: &bytes)
            return message(bytes)
        }
        for place in [0, 100, messages.count] {
            for size in [3 << 20, 5 << 20] {
                var with = messages
                with.insert(message([0x12, 1, 118] + [UInt8](repeating: 0, count: size)), at: place)
                let result = try await Replay(options).run(file: try file("a.pb", with.joined()))
                #expect(result.report.input.rejected == ["value_too_large": 1])
                #expect(result.report.digest == plain.digest, "\(place) \(size)")
            }
        }
    }

    @Test("a file of another format is refused with the format's name and a way to convert it")
    func formatsRefused() async throws {
        let line = try #require(try Self.lines(seed: 12, viewers: 50, epochs: 1).first)
        let text = String(decoding: line, as: UTF8.self)
        let spread = text.replacing(",", with: ",\n  ").replacing("{\"user_id", with: "{\n  \"user_id")
        let utf16 = Array(text.utf16).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        let cases: [(String, [UInt8], String)] = [
            ("array", Array("[\(text),\n \(text)]".utf8), "a JSON array"),
            ("array2", Array("[\n  \(text)\n]".utf8), "a JSON array"),
            ("spread", Array("{\n  \(spread.dropFirst())".utf8), "JSON objects over several lines"),
            ("csv", Array("user_id,video_id,watched_ms\nu1,v1,5\n".utf8), "a table"),
            ("tsv", Array("user_id\tvideo_id\nu1\tv1\n".utf8), "a table"),
            ("utf16", [0xFF, 0xFE] + utf16, "UTF-16"),
            ("utf16 without a mark", utf16, "UTF-16"),
            ("zstd", [0x28, 0xB5, 0x2F, 0xFD, 4, 0, 1, 2, 3], "zstd"),
        ]
        for (name, bytes, format) in cases {
            let path = try file(name, bytes)
            let error = await #expect(throws: ReplayError.self) { try await self.replay(path) }
            #expect(error?.kind == .input, "\(name)")
            #expect(error?.description.contains(format) == true, "\(name): \(error?.description ?? "")")
        }
    }

    @Test("a stopped replay reports its partial result")
    func stopped() async throws {
        let path = try file("a.ndjson", try Self.lines(seed: 9).map { $0 + [10] }.joined())
        let replay = Replay(options)
        replay.progress.stop()
        let report = try await replay.run(file: path).report
        #expect(report.isInterrupted)
    }
}
