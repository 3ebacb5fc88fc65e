import ShoalKafka
import Testing

@testable import ShoalPipeline

@Suite("Topics that are deleted or replaced while an instance runs")
struct LogIdentityTests {
    private let place = TopicPartition("in", 0)

    /// Returns the first reason among `count` consecutive answers.
    private func repeated(_ count: Int = LogIdentity.needed, _ ask: () -> String?) -> String? {
        for _ in 0..<count { if let reason = ask() { return reason } }
        return nil
    }

    @Test("a topic that is gone is named after several answers in a row")
    func deleted() {
        var identity = LogIdentity()
        #expect(identity.saw("in", partitions: nil) == nil, "it is not there yet")
        #expect(identity.saw("in", partitions: 4) == nil)
        #expect(repeated(LogIdentity.needed - 1) { identity.saw("in", partitions: nil) } == nil)
        #expect(identity.isSuspicious)
        #expect(identity.saw("in", partitions: 4) == nil && !identity.isSuspicious, "one broker knew it later")
        #expect(repeated { identity.saw("in", partitions: nil) } == "topic in was deleted")
    }

    @Test("fewer partitions are another topic, and more are not")
    func partitions() {
        var identity = LogIdentity()
        _ = identity.saw("in", partitions: 4)
        #expect(repeated { identity.saw("in", partitions: 8) } == nil)
        let reason = repeated { identity.saw("in", partitions: 2) }
        #expect(reason?.contains("it has 2 partitions, and had 8") == true)
    }

    @Test("a log that ends before what was read is another one")
    func shorter() {
        var identity = LogIdentity()
        #expect(identity.saw(place, end: 240, position: 240) == nil)
        let reason = repeated { identity.saw(place, end: 100, position: 240) }
        #expect(reason?.contains("topic in was deleted and created again") == true)
        #expect(reason?.contains("it ends at offset 100, and ended at 240") == true)
    }

    @Test("a log that was filled again beyond the position is another one")
    func refilled() {
        var identity = LogIdentity()
        #expect(identity.saw(place, end: 240, position: 240, first: -1) == nil)
        // Records that are newer than the start of the instance begin at offset 0 now.
        let reason = repeated { identity.saw(place, end: 360, position: 240, first: 0) }
        #expect(reason?.contains("topic in was deleted and created again") == true)
    }

    @Test("a log that grows, or that retention shortens, is the same")
    func same() {
        var identity = LogIdentity()
        #expect(identity.saw(place, end: 240, first: -1) == nil)
        #expect(identity.saw(place, end: 300, first: 240) == nil)
        #expect(identity.saw(place, end: 300, position: 300, first: 290) == nil)
        #expect(identity.saw(place, end: 310, first: -1) == nil)
        #expect(identity.saw(place, end: 320, first: 310) == nil && !identity.isSuspicious)
    }
}
