import Foundation
import ShoalTesting
import TestSupport
import Testing

@Suite("ShoalTestDriver")
struct ShoalTestDriverTests {
    private static let settings = [
        "clusters.seed-members": "20", "clusters.initial": "4", "privacy.min-cluster-size": "5",
        "members.min-events": "3",
    ]
    private static let hour: Int64 = 3_600_000

    /// Returns a driver with two tastes of 20 viewers each.
    private func twoTastes(_ more: [String: String] = [:]) throws -> ShoalTestDriver {
        var shoal = try ShoalTestDriver(
            settings: Self.settings.merging(more) { $1 }, topics: ["chess", "go", "cats", "dogs"])
        for viewer in 0..<40 {
            for _ in 0..<3 {
                let topics: [TestEvent.Topic] = viewer < 20 ? ["chess", "go"] : ["cats", "dogs"]
                try shoal.pipe(TestEvent(viewer: "viewer-\(viewer)", topics: topics))
            }
        }
        return shoal
    }

    @Test("viewers of two tastes are in two clusters, in changes and views")
    func clusters() throws {
        var shoal = try twoTastes()
        #expect(shoal.readChanges().isEmpty && shoal.clusters.isEmpty, "no model knows them yet")
        try shoal.closeEpochs(4)
        let changes = shoal.readChanges()
        #expect(changes.count { $0.kind == .clusterCreated } == 2)
        #expect(changes.count { $0.kind == .memberJoined } == 40)
        #expect(shoal.readChanges().isEmpty, "they are given out once")
        #expect(shoal.clusters.map(\.members) == [20, 20])
        #expect(Set(shoal.clusters.map { Set($0.leadingTopics) }) == [["chess", "go"], ["cats", "dogs"]])
        let first = try #require(shoal.cluster(of: "viewer-0"))
        #expect((0..<20).allSatisfy { shoal.cluster(of: "viewer-\($0)") == first })
        #expect((20..<40).allSatisfy { shoal.cluster(of: "viewer-\($0)") != first })
        #expect(shoal.members.count == 40 && shoal.members["viewer-7"] == first)
        #expect(changes.contains { $0.member == shoal.pseudonym(of: "viewer-7") && $0.to == first })
    }

    @Test("a viewer with a new taste moves, and an erased one is removed")
    func moves() throws {
        var shoal = try twoTastes(["profile.half-life": "1h"])
        try shoal.closeEpochs(4)
        _ = shoal.readChanges()
        let (from, to) = (try #require(shoal.cluster(of: "viewer-0")), try #require(shoal.cluster(of: "viewer-30")))
        for _ in 0..<4 {
            try shoal.advance(by: .seconds(1_800))
            try shoal.pipe(TestEvent(viewer: "viewer-0", topics: ["cats"]))
        }
        try shoal.closeEpochs()
        let moved = shoal.readChanges().filter { $0.kind == .memberMoved }
        #expect(moved.map { [$0.from, $0.to] } == [[from, to]] && moved.first?.why == .event)
        #expect(shoal.cluster(of: "viewer-0") == to)
        shoal.erase(viewer: "viewer-0")
        try shoal.closeEpochs(160)
        #expect(shoal.readChanges().isEmpty && shoal.cluster(of: "viewer-0") == to, "a single one waits for a week")
        try shoal.closeEpochs(10)
        #expect(shoal.readChanges().map(\.kind) == [.memberErased])
        #expect(shoal.cluster(of: "viewer-0") == nil)
        #expect(shoal.clusters.first { $0.id == to }?.members == 20)
    }

    @Test("time follows the events or advances explicitly, and never decreases")
    func time() throws {
        var shoal = try ShoalTestDriver(settings: Self.settings, topics: ["chess"])
        try shoal.pipe(TestEvent(viewer: "a", topics: ["chess"], time: 1_650_000_000_000))
        #expect(shoal.now == 1_650_000_000_000)
        try shoal.closeEpochs(2)
        #expect(shoal.now == 1_650_000_000_000 / Self.hour * Self.hour + 2 * Self.hour)
        let now = shoal.now
        try shoal.pipe(TestEvent(viewer: "b", topics: ["chess"], time: now - 5 * Self.hour))
        try shoal.advance(to: 0)
        #expect(shoal.now == now)
        try shoal.advance(by: shoal.epochLength)
        #expect(shoal.now == now + Self.hour)
        let given = try ShoalTestDriver(settings: ["epoch.length": "15m"], start: 7)
        #expect(given.now == 7 && given.epochLength == .seconds(900))
    }

    @Test("an event with an id counts once, and an invalid event is refused with its reason")
    func input() throws {
        var shoal = try ShoalTestDriver(settings: Self.settings, topics: ["chess", "cats"])
        for viewer in 0..<40 {
            for number in 0..<3 {
                let id = viewer == 39 ? "the same" : "\(viewer)-\(number)"
                try shoal.pipe(TestEvent(viewer: "\(viewer)", topics: [viewer < 20 ? "chess" : "cats"], id: id))
            }
        }
        try shoal.closeEpochs(4)
        #expect(shoal.cluster(of: "38") != nil && shoal.cluster(of: "39") == nil, "39 has one event of three")
        try shoal.pipe(json: #"{"user_id":"38","topics":["cats"],"event_time_ms":\#(shoal.now)}"#)
        #expect(throws: DeadLetter(reason: "bad_json")) { try shoal.pipe(json: #"{"user_id""#) }
        #expect(throws: DeadLetter(reason: "missing_viewer")) { try shoal.pipe(TestEvent(viewer: "", topics: [])) }
        #expect(throws: DeadLetter(reason: "bad_weight")) {
            try shoal.pipe(TestEvent(viewer: "a", topics: [.init("chess", weight: -1)]))
        }
    }

    @Test("settings have their names and ranges, and an application's file can be tested")
    func settings() throws {
        #expect {
            try ShoalTestDriver(settings: ["clusters.seed-member": "20", "epoch.staleness": "9"])
        } throws: { error in
            let text = "\(error)"
            return text.contains("clusters.seed-members") && text.contains("epoch.staleness")
        }
        let folder = try TemporaryFolder()
        let topics = try folder.file("topics.txt", "chess\ncats\n")
        let file = try folder.file(
            "shoal.properties",
            """
            kafka.bootstrap.servers = nowhere:1
            topics.file = \(topics)
            clusters.seed-members = 20
            privacy.min-cluster-size = 30
            """)
        var shoal = try ShoalTestDriver(settings: ["privacy.min-cluster-size": "1"], properties: file)
        for viewer in 0..<40 {
            for _ in 0..<5 { try shoal.pipe(TestEvent(viewer: "\(viewer)", topics: [viewer < 20 ? "chess" : "cats"])) }
        }
        try shoal.closeEpochs(4)
        #expect(shoal.clusters.map(\.members) == [20, 20])
    }

    @Test("the same events give the same changes, and a copy is independent")
    func repeats() throws {
        var (one, other) = (try twoTastes(), try twoTastes())
        try one.closeEpochs(4)
        try other.closeEpochs(4)
        var copy = one
        #expect(one.readChanges() == other.readChanges())
        for viewer in 0..<8 { copy.erase(viewer: "viewer-\(viewer)") }
        try copy.closeEpochs()
        #expect(copy.cluster(of: "viewer-3") == nil && one.cluster(of: "viewer-3") != nil)
    }
}
