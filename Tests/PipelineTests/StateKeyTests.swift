import Testing

@testable import ShoalClustering
@testable import ShoalPipeline

@Suite("Keys of the state topic")
struct StateKeyTests {
    private func key(_ bytes: [UInt8]) -> StateRecord.Key? { StateRecord.Key(bytes.span) }

    private func take(_ records: RecordBuffer, into table: inout StateTable) throws {
        for (offset, entry) in records.entries.enumerated() {
            let key = try #require(entry.key)
            let value = try #require(entry.value)
            try table.take(
                key: records.bytes.span.extracting(key), value: records.bytes.span.extracting(value),
                offset: Int64(offset))
        }
    }

    @Test("a header in 101 parts and more is read as it was written", arguments: [101, 1_001])
    func parts(count: Int) throws {
        var draws = SplitMix64(seed: 3)
        var header = ShardHeader(point: SnapshotPoint(offset: 9, epoch: 2))
        header.ids = (0..<count).map { _ in draws.next() }
        var records = RecordBuffer()
        StateRecord.append(header, number: 1, side: .a, .zstd, largestChunk: 8, by: .test, to: &records)
        #expect(records.entries.count >= count)
        StateRecord.append(StateRecord.Whole(number: 1, side: .a), to: &records)
        var table = StateTable(.test)
        try take(records, into: &table)
        let restored = try #require(try table.restored())
        #expect(restored.header == header)
    }

    /// A 64th of the ids in parts of a 64th of the size: as many parts as the largest header has. Ids are hashes, which
    /// do not compress.
    @Test("as many parts as the largest header has, with 16,777,216 event ids, are read as they were written")
    func largest() throws {
        let share = 64
        var header = ShardHeader(point: SnapshotPoint(offset: 9, epoch: 2))
        header.ids = (0..<UInt64(Limits.eventIDs / share)).map { $0 &* 0x9E37_79B9_7F4A_7C15 }
        var records = RecordBuffer()
        StateRecord.append(
            header, number: 1, side: .b, .zstd, largestChunk: Chunks.largest / share, by: .test, to: &records)
        #expect(records.entries.count > 200 && records.entries.count < Int(Chunks.most))
        #expect(Int64(2 * Limits.eventIDs * MemoryLayout<UInt64>.size) < Compression.largest)
        StateRecord.append(StateRecord.Whole(number: 1, side: .b), to: &records)
        var table = StateTable(.test)
        try take(records, into: &table)
        #expect(try table.restored()?.header.ids == header.ids)
    }

    @Test("a snapshot compressed with zlib is read beside one with zstd", arguments: [Compression.zlib, .zstd])
    func mixed(first: Compression) throws {
        var header = ShardHeader(point: SnapshotPoint(offset: 9, epoch: 2))
        header.ids = Array(1...300)
        var later = header
        later.point = SnapshotPoint(offset: 70, epoch: 3)
        var records = RecordBuffer()
        StateRecord.append(header, number: 1, side: .a, first, largestChunk: 200, by: .test, to: &records)
        StateRecord.append(StateRecord.Whole(number: 1, side: .a), to: &records)
        let second: Compression = first == .zlib ? .zstd : .zlib
        StateRecord.append(later, number: 2, side: .b, second, largestChunk: 200, by: .test, to: &records)
        var table = StateTable(.test)
        try take(records, into: &table)
        let restored = try #require(try table.restored())
        #expect(restored.header == header && restored.later == later)
    }

    @Test("each key is read as it was written, and no other counts")
    func keys() {
        let keys: [StateRecord.Key] = [
            .whole, .member(77), .part(.a, index: 0), .part(.b, index: 9), .part(.a, index: 100),
            .part(.b, index: 1_048_575),
        ]
        for key in keys { #expect(self.key(key.bytes) == key) }
        for text in [
            "", "a", "a/", "a/01", "a/-1", "c/1", "a/1048576", "what", "Whole", "whale", "a/1x", "a 100", "a/99999999",
        ] {
            #expect(key(Array(text.utf8)) == nil, "\(text)")
        }
    }

    @Test("a record under a foreign key, or a part under the key of another one, is refused")
    func foreign() throws {
        var header = ShardHeader(point: SnapshotPoint(offset: 9, epoch: 2))
        header.ids = [1, 2, 3]
        var records = RecordBuffer()
        StateRecord.append(header, number: 1, side: .a, .zstd, largestChunk: 8, by: .test, to: &records)
        let value = try #require(records.entries[0].value)
        for text in ["a/1", "a/100", "whale"] {
            let key = Array(text.utf8)
            #expect(throws: StateRecord.Failure.damaged) {
                var members = StateRecord.Members()
                _ = try StateRecord.read(
                    key: key.span, value: records.bytes.span.extracting(value), by: .test, into: &members)
            }
        }
    }
}
