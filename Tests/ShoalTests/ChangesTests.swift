import Foundation
import ShoalKafka
import ShoalSchemas
import TestSupport
import Testing

@Suite("shoal changes")
struct ChangesTests {
    private static let member: UInt128 = 0x0123_4567_89ab_cdef_0011_2233_4455_6677

    /// One change of each kind, and its human-readable line.
    private static let changes: [(change: ClusterChange, line: String)] = {
        func make(_ kind: ClusterChange.Kind, _ set: (inout ClusterChange) -> Void) -> ClusterChange {
            var change = ClusterChange(id: UInt128(kind.rawValue), kind: kind)
            change.eventTime = 1_700_000_000_000
            if kind.isOfMember { change.member = member } else { change.cluster = 7 }
            set(&change)
            return change
        }
        let time = "2023-11-14T22:13:20Z  "
        return [
            (
                make(.memberJoined) { ($0.to, $0.why) = (7, .seed) },
                time + "member 01234567… joined cluster 7 (the first clusters)"
            ),
            (
                make(.memberMoved) { ($0.from, $0.to, $0.why) = (7, 12, .event) },
                time + "member 01234567… moved from cluster 7 to 12 (because of its watches)"
            ),
            (
                make(.memberLeft) { ($0.from, $0.why) = (12, .expired) },
                time + "member 01234567… left cluster 12 (expired)"
            ),
            (make(.memberErased) { $0.from = 12 }, time + "member 01234567… was erased from cluster 12"),
            (
                make(.clusterCreated) { change in
                    (change.members, change.cohesion, change.why) = (120, 612_345, .birth)
                    change.leadingTopics = ["chess", "go"]
                    (change.branchTopics, change.branchClusters) = (["poker"], [3, 9])
                },
                time + "cluster 7 was created (a new cluster), 120 members, cohesion 61 %: chess, go; branches out "
                    + "into poker, cluster 3, cluster 9"
            ),
            (
                make(.clusterSplit) { ($0.otherCluster, $0.members, $0.leadingTopics) = (12, 80, ["chess"]) },
                time + "cluster 7 split: cluster 12 separated from it; 80 members remain: chess"
            ),
            (make(.clusterMerged) { $0.otherCluster = 3 }, time + "cluster 7 was merged into cluster 3"),
            (make(.clusterRetired) { _ in }, time + "cluster 7 was retired"),
            (
                make(.clusterDrifted) { ($0.formerTopics, $0.leadingTopics) = (["go"], ["\u{1B}[2Jchess\n"]) },
                time + "cluster 7 drifted from go to \\u{1b}[2Jchess\\u{a}"
            ),
        ]
    }()

    /// Creates a topic that contains all of them, alternating between the two formats.
    private func topic() async throws -> [String] {
        let broker = try await TestBroker.shared()
        let name = uniqueName("changes")
        try await broker.create([name: 1])
        let producer = try Producer(broker.configuration())
        for (index, (change, _)) in Self.changes.enumerated() {
            var bytes: [UInt8] = []
            if index % 2 == 0 { change.encodeJSON(into: &bytes) } else { change.encode(into: &bytes) }
            try producer.produce(to: name, key: nil, value: bytes.span)
        }
        try producer.flush(timeout: .seconds(10))
        return [
            "changes", "--set", "output.topic=\(name)", "--set", "kafka.bootstrap.servers=\(broker.bootstrap)",
        ]
    }

    @Test("each kind is a readable line without control sequences")
    func sentences() async throws {
        #expect(Self.changes.map(\.change.kind) == ClusterChange.Kind.allCases)
        let result = try shoal(try await topic() + ["--from", "beginning", "--until", "end"])
        #expect(result.status == 0)
        #expect(result.lines == Self.changes.map(\.line))
    }

    @Test("as JSON, each line is the change")
    func json() async throws {
        let result = try shoal(try await topic() + ["--from", "beginning", "--until", "end", "--json"])
        #expect(try result.lines.map { try ClusterChange(Array($0.utf8)) } == Self.changes.map(\.change))
    }

    @Test("changes are chosen by member, cluster, kind, position, time and number")
    func filters() async throws {
        let all = try await topic() + ["--until", "end"]
        let lines = Self.changes.map(\.line)
        func shown(_ words: String...) throws -> [Int] {
            try shoal(all + words).lines.map { line in lines.firstIndex(of: line) ?? -1 }
        }
        let member = String(Self.member, radix: 16)
        let folder = try TemporaryFolder()
        let audit = folder.url.appending(path: "audit").path
        let reason = ["--reason", "a test", "--set", "audit.file=\(audit)"]
        let own = try shoal(all + ["--from", "beginning", "--member", "0" + member] + reason)
        #expect(own.lines == Array(lines.prefix(4)), "\(own.output)")
        #expect(try String(contentsOfFile: audit, encoding: .utf8).contains(#""member":"0\#(member)""#))
        #expect(try shown("--from", "beginning", "--cluster", "12") == [1, 2, 3, 5])
        #expect(try shown("--from", "beginning", "--kind", "member_moved") == [1])
        #expect(try shown("--from", "beginning", "--kind", "member_moved", "--kind", "member_joined") == [0, 1])
        #expect(try shown("--from", "beginning", "--limit", "2") == [0, 1])
        #expect(try shown("--from", "0:7") == [7, 8])
        let name = try #require(all.first { $0.hasPrefix("output.topic=") }).dropFirst("output.topic=".count)
        #expect(try shown("--from", "\(name)/0:8") == [8], "as a subscriber stores it")
        for (from, text) in [
            ("0:99", "may have been recreated"), ("3:0", "has no partition 3"),
            ("other/0:1", "belongs to another topic than"),
        ] {
            let refused = try shoal(all + ["--from", from])
            #expect(refused.status == 66 && refused.output.contains(text), "\(from): \(refused)")
        }
        #expect(try shown("--from", "2020-01-01T00:00:00Z", "--limit", "1") == [0])
        #expect(try shown("--from", "4102444800000") == [])
        #expect(try shown() == [], "the end is where it begins")
    }

    @Test("it ends when its reader closes, and shows changes immediately")
    func reader() async throws {
        let words = try await topic().joined(separator: " ")
        let head = try shell("$shoal \(words) --from beginning | head -1")
        #expect(head.status == 0 && head.lines == [Self.changes[0].line])
        let silent = try shell("$shoal \(words) | true")
        #expect(silent.status == 0)
        let live = try shell("timeout -s INT 3 $shoal \(words) --from beginning | cat; true")
        #expect(live.lines.count == Self.changes.count)
    }

    @Test("a signal sent twice stops it cleanly")
    func signals() async throws {
        let words = try await topic().joined(separator: " ")
        // `timeout` signals the process, and then its group.
        let twice = try shell("timeout --preserve-status -s TERM 2 $shoal \(words)")
        #expect(twice.status == 0, "\(twice.output)")
    }

    @Test("a record that is no change is named and skipped, and the status is 65 at the end")
    func invalidRecord() async throws {
        let words = try await topic()
        let broker = try await TestBroker.shared()
        let name = String(try #require(words.first { $0.hasPrefix("output.topic=") }).dropFirst("output.topic=".count))
        let producer = try Producer(broker.configuration())
        try producer.produce(to: name, key: nil, value: "{\"change_id\":\"\u{1B}[2J")
        try producer.produce(to: name, key: nil, value: "\u{1}")
        var last: [UInt8] = []
        var change = ClusterChange(id: 99, kind: .clusterDrifted)
        change.leadingTopics = ["\u{9B}2J\u{202E}"]
        change.encode(into: &last)
        try producer.produce(to: name, key: nil, value: last.span)
        try producer.flush(timeout: .seconds(10))
        for more in [[], ["--json"]] {
            let result = try shoal(words + ["--from", "0:8", "--until", "end"] + more)
            #expect(result.status == 65, "\(result)")
            for offset in [9, 10] {
                #expect(result.output.contains("\(name) partition 0 offset \(offset): the record cannot be read"))
            }
            #expect(result.lines.count == 4, "the changes before and after it are shown: \(result)")
            #expect(!result.output.contains("\u{9B}") && !result.output.contains("\u{202E}"), "\(result)")
        }
    }

    @Test("a missing topic is an error")
    func absent() async throws {
        let broker = try await TestBroker.shared()
        let result = try shoal([
            "changes", "--set", "output.topic=\(uniqueName("absent"))", "--set",
            "kafka.bootstrap.servers=\(broker.bootstrap)",
        ])
        #expect(result.status == 72 && result.output.contains("does not exist"))
    }
}
