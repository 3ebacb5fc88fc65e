import ShoalClustering
import ShoalKafka
import Testing

@testable import ShoalPipeline

@Suite("Where reading resumes after a take-over")
struct ResumptionTests {
    private func committed(_ offset: Int64, handled: Int64) -> CommittedPosition {
        CommittedPosition(handled: Position(offset: handled, phase: .open(7)), reading: offset)
    }

    @Test("control records behind the last record may be deleted")
    func controlRecordsDeleted() throws {
        let marks = Admin.Watermarks(low: 165, high: 165)
        #expect(try Resumption.input(committed(165, handled: 164), saved: 164, marks).start == 165)
        #expect(try Resumption.input(committed(165, handled: 165), saved: 165, marks).start == 165)
    }

    @Test("a replay begins at the saved state")
    func replay() throws {
        let marks = Admin.Watermarks(low: 100, high: 200)
        #expect(try Resumption.input(committed(165, handled: 164), saved: 120, marks).start == 120)
        #expect(throws: Resumption.Failure.replayDeleted) {
            try Resumption.input(committed(165, handled: 164), saved: 99, marks)
        }
    }

    @Test("records that were deleted before they were read are a loss")
    func unread() {
        let marks = Admin.Watermarks(low: 166, high: 166)
        #expect(throws: Resumption.Failure.unreadDeleted) {
            try Resumption.input(committed(165, handled: 164), saved: 164, marks)
        }
    }

    @Test("a log that ends before the committed position is another one")
    func recreated() {
        #expect(throws: Resumption.Failure.beyondEnd) {
            try Resumption.input(committed(165, handled: 165), saved: 165, Admin.Watermarks(low: 0, high: 120))
        }
        let deltas = CommittedPosition(model: 3, needed: 90, reading: 90)
        #expect(throws: Resumption.Failure.beyondEnd) {
            try Resumption.deltas(deltas, oldest: 80, Admin.Watermarks(low: 0, high: 0))
        }
    }

    @Test("a position that another program committed is refused", arguments: ["", "consumer", "v2;open=1"])
    func foreign(metadata: String) {
        let marks = Admin.Watermarks(low: 0, high: 200)
        #expect(throws: Resumption.Failure.foreignPosition) {
            try Resumption.input(CommittedPosition(offset: 120, metadata: metadata), saved: 0, marks)
        }
        #expect(throws: Resumption.Failure.foreignPosition) {
            try Resumption.deltas(CommittedPosition(offset: 120, metadata: metadata), oldest: 0, marks)
        }
    }

    @Test("deltas that the last model includes may be deleted; others may not")
    func deltas() throws {
        let committed = CommittedPosition(model: 3, needed: 90, reading: 95)
        #expect(try Resumption.deltas(committed, oldest: 80, Admin.Watermarks(low: 70, high: 99)).start == 80)
        #expect(try Resumption.deltas(committed, oldest: 80, Admin.Watermarks(low: 90, high: 99)).start == 90)
        #expect(throws: Resumption.Failure.unreadDeleted) {
            try Resumption.deltas(committed, oldest: 80, Admin.Watermarks(low: 91, high: 99))
        }
    }
}
