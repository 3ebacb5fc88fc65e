import ShoalKafka
import Testing

@testable import ShoalClient

@Suite("Positions of subscribers")
struct PositionTests {
    private let position = Position(topic: "out", offsets: [164])

    @Test("the commit marker behind the last change may be deleted")
    func marker() throws {
        #expect(try position.offset(0, of: 1, Admin.Watermarks(low: 165, high: 165)) == 165)
        #expect(try position.offset(0, of: 1, Admin.Watermarks(low: 10, high: 165)) == 164)
    }

    @Test("changes that were deleted are a loss, and a shorter log is another one")
    func gone() {
        #expect(throws: PositionInvalid.self) { try position.offset(0, of: 1, Admin.Watermarks(low: 165, high: 166)) }
        #expect(throws: PositionInvalid.self) { try position.offset(0, of: 1, Admin.Watermarks(low: 166, high: 166)) }
        #expect(throws: PositionInvalid.self) { try position.offset(0, of: 1, Admin.Watermarks(low: 0, high: 163)) }
    }
}
