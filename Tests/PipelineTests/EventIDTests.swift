import ShoalClustering
import ShoalSchemas
import Testing

@testable import ShoalPipeline

@Suite("Ids of events")
struct EventIDTests {
    private let key = PrivacyKey(hex: String(repeating: "1b", count: 32))

    private func event(_ viewer: String, _ id: String) -> [UInt8] {
        Array(#"{"event_id":"\#(id)","user_id":"\#(viewer)","watched_ms":9,"event_time_ms":1700000000000}"#.utf8)
    }

    @Test("a counter for each viewer repeats no id of another viewer, and a repetition of the same viewer is one")
    func viewers() throws {
        var intake = Intake(key: try #require(key), options: WatchEventReader.Options())
        var window = DedupWindow(capacity: 10_000)
        var accepted = 0
        func read(_ viewer: String, _ id: String) -> Bool {
            let bytes = event(viewer, id)
            guard case .event = intake.read(bytes.span), let id = intake.event.id else { return false }
            return window.accept(id)
        }
        for viewer in 0..<60 {
            for number in 0..<10 where read("v\(viewer)", "\(number)") { accepted += 1 }
        }
        #expect(accepted == 600)
        #expect(!read("v7", "3") && !read("v59", "9") && read("v7", "10"))
        // Neither part runs into the other.
        #expect(read("a", "bc") && read("ab", "c"))
    }

    @Test("the id of an event without one is none, and the two ways of reading agree")
    func ways() throws {
        var intake = Intake(key: try #require(key), options: WatchEventReader.Options())
        let bytes = event("v", "e")
        #expect(intake.decode(bytes.span) == nil)
        let id = intake.id(intake.viewerHash)
        _ = intake.read(bytes.span)
        #expect(id != nil && intake.event.id == id)
        let without = Array(#"{"user_id":"v","event_time_ms":1700000000000}"#.utf8)
        _ = intake.read(without.span)
        #expect(intake.event.id == nil)
    }

    @Test("a high share of repetitions is told once in ten minutes, and a low one never")
    func watch() {
        var watch = RepetitionWatch()
        #expect(watch.look(200, 200, now: 0) == nil, "too few to judge")
        let found = watch.look(200, 400, now: 0)
        #expect(found?.events == 600 && found?.repeated == 400)
        #expect(watch.look(400, 1_400, now: 1_000) == nil, "told a moment ago")
        #expect(watch.look(1_400, 1_500, now: 600_000) == nil, "a tenth")
        #expect(watch.look(1_401, 2_500, now: 600_001)?.repeated == 1_000)
        var resumed = RepetitionWatch(0, 10_000)
        #expect(resumed.look(500, 10_100, now: 0) == nil)
    }
}
