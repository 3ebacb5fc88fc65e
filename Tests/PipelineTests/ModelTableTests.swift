import ShoalClustering
import Testing

@testable import ShoalPipeline

@Suite("Model table")
struct ModelTableTests {
    private var table = ModelTable(.test)

    private mutating func take(_ from: Epoch?, _ through: Epoch?, withoutFirstPart isCut: Bool = false) throws {
        let record = ModelRecord(
            bookkeeping: Bookkeeping(
                from: from, through: through, start: through == nil ? nil : 9, partitions: [PartitionState()],
                deltaOffset: 0, oldestOffset: 0),
            firstOffsets: [0], keyFingerprint: 1, model: Model(settings: Settings()))
        var records = RecordBuffer()
        record.append(to: &records, by: .test, largestChunk: 40)
        #expect(records.entries.count > 1)
        for entry in records.entries.dropFirst(isCut ? 1 : 0) {
            let value = try #require(entry.value)
            _ = try table.take(records.bytes.span.extracting(value), offset: 0)
        }
    }

    @Test("a version is found exactly in the record that covers it, and not before that record is read")
    mutating func exact() throws {
        try take(nil, nil)
        #expect(try table.exact(3) == nil, "the start has not come")
        try take(nil, 9)
        try take(10, 10)
        try take(11, 14)
        #expect(try table.exact(3)?.version == nil && table.exact(3) != nil, "before the start it is the genesis model")
        #expect(try table.exact(10)?.version == 10)
        #expect(try table.exact(12)?.version == 14)
        #expect(try table.exact(15) == nil)
    }

    @Test("a version deleted by retention is reported as gone and not waited for")
    mutating func gone() throws {
        try take(10, 10)
        try take(11, 14)
        #expect(throws: ModelTable.RetentionGap(version: 9, first: 10)) { try table.exact(9) }
        #expect(try table.exact(10) != nil)
    }

    @Test("a table with a limit keeps the newest records only; others are to be read again")
    mutating func limit() throws {
        table = ModelTable(.test, keeping: .init(records: 3, bytes: 0))
        try take(nil, nil)
        try take(nil, 9)
        for version in Epoch(10)...14 { try take(version, version) }
        #expect(table.count == 6)
        #expect(throws: ModelTable.NotKept.self) { try table.exact(11) }
        #expect(try table.exact(12)?.version == 12)
        #expect(try table.exact(15) == nil)
        #expect(try table.exact(9)?.version == nil, "the genesis model stays")
        #expect(try table.last()?.bookkeeping.through == 14)
    }

    @Test("a model that no shard uses is freed")
    mutating func freed() throws {
        try take(nil, 9)
        for version in Epoch(10)...20 { try take(version, version) }
        let used = try #require(try table.exact(10))
        weak let unused = try table.exact(11)
        for version in Epoch(12)...20 { _ = try table.exact(version) }
        #expect(unused == nil)
        #expect(try table.exact(10) === used)
    }

    @Test("parts whose beginning was deleted by retention are skipped")
    mutating func cut() throws {
        try take(9, 9, withoutFirstPart: true)
        #expect(table.count == 0)
        try take(10, 10)
        #expect(try table.exact(10) != nil)
    }

    @Test("a deleted version is reported even if only later models are left")
    mutating func startGone() throws {
        try take(12, 12)
        #expect(throws: ModelTable.RetentionGap(version: 11, first: 12)) { try table.exact(11) }
    }
}
