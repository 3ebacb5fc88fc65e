import ShoalClustering
import Testing

@testable import ShoalPipeline

@Suite("Committed positions")
struct CommittedPositionTests {
    @Test("the offset is behind control records, and the metadata names the last record that was handled")
    func steppedOver() throws {
        let handled = Position(offset: 164, phase: .waiting(413, after: 0xab))
        let position = CommittedPosition(handled: handled, reading: 165)
        #expect(position.offset == 165)
        #expect(position.metadata == "v1;waiting=413;at=000000000000000000000000000000ab;next=164")
        #expect(position.handled == handled)
    }

    @Test("without control records the metadata is the phase alone")
    func plain() {
        let position = CommittedPosition(handled: Position(offset: 164, phase: .genesis), reading: 12)
        #expect(position == CommittedPosition(offset: 164, metadata: "v1;genesis"))
        #expect(position.handled == Position(offset: 164, phase: .genesis))
    }

    @Test("the position in the delta topic names the first offset that is needed")
    func deltas() {
        let position = CommittedPosition(model: 412, needed: 90, reading: 95)
        #expect(position == CommittedPosition(offset: 95, metadata: "v1;model=412;next=90"))
        #expect(position.needed == 90 && position.handled == nil)
        #expect(position.isOurs(.deltas) && !position.isOurs(.input(0)))
    }

    @Test(
        "metadata that Shoal does not write is refused",
        arguments: [
            "", "v1;open=4;next=", "v1;open=4;next=-1", "v1;open=4;next=10", "v1;open=4;next=+3", "v1;x;next=3",
        ])
    func refused(metadata: String) {
        #expect(CommittedPosition(offset: 10, metadata: metadata).handled == nil)
    }
}
