import Testing

@testable import ShoalPipeline

@Suite("The outbox")
struct OutboxTests {
    private func step(_ part: AssignedPartition, _ offset: Int64, bytes: Int = 0, isUrgent: Bool = false) -> Outbox.Step
    {
        var records = RecordBuffer()
        if bytes > 0 {
            records.append(to: .changes, key: nil) { $0.append(contentsOf: repeatElement(7, count: bytes)) }
        }
        return Outbox.Step(
            part: part, position: CommittedPosition(offset: offset, metadata: "v1;open=1"), records: records,
            isUrgent: isUrgent)
    }

    @Test("consecutive steps of one part without records are merged")
    func joins() throws {
        var outbox = Outbox()
        outbox.append(step(.input(0), 1))
        outbox.append(step(.input(0), 2))
        outbox.append(step(.input(1), 9))
        outbox.append(step(.input(0), 3))
        #expect(outbox.count == 3)
        let found = outbox.cut(limit: 10)
        let cut = try #require(found)
        #expect(cut.moved[.input(0)]?.offset == 3)
        #expect(cut.moved[.input(1)]?.offset == 9)
    }

    @Test("a cut ends at a commit point within the limit, but has at least one step")
    func cuts() throws {
        var outbox = Outbox()
        outbox.append(step(.input(0), 1, bytes: 100))
        outbox.append(step(.input(0), 2, bytes: 50))
        outbox.append(step(.input(0), 3, bytes: 50, isUrgent: true))
        let smallCut = outbox.cut(limit: 10)
        let small = try #require(smallCut)
        #expect(small.steps.count == 1 && small.bytes == 100 && small.moved[.input(0)]?.offset == 1)
        let middleCut = outbox.cut(limit: 199)
        let middle = try #require(middleCut)
        #expect(middle.steps.count == 2)
        outbox.drop(middle)
        #expect(outbox.bytes == 50 && outbox.urgent == 1 && outbox.count == 1)
    }

    @Test("nothing is merged into a step that a transaction holds")
    func taken() throws {
        var outbox = Outbox()
        outbox.append(step(.input(0), 1))
        let found = outbox.cut(limit: 10)
        let cut = try #require(found)
        outbox.append(step(.input(0), 2))
        outbox.drop(cut)
        let next = outbox.cut(limit: 10)
        #expect(next?.moved[.input(0)]?.offset == 2)
    }

    @Test("the number of waiting bytes returns to zero in a long run")
    func longRun() {
        var outbox = Outbox()
        for offset in 0..<10_000 {
            outbox.append(step(.input(Int32(offset % 3)), Int64(offset), bytes: offset % 5))
            if offset % 7 == 0, let cut = outbox.cut(limit: 12) { outbox.drop(cut) }
        }
        while let cut = outbox.cut(limit: 1_000) { outbox.drop(cut) }
        #expect(outbox.isEmpty && outbox.bytes == 0 && outbox.urgent == 0)
    }
}
