import ShoalClustering
import ShoalSchemas
import Testing

@testable import ShoalPipeline

@Suite("Epoch deltas in parts")
struct EpochDeltaAssemblerTests {
    /// Returns the parts of an epoch delta that does not fit into one record.
    private func parts(_ partition: Int32, _ number: Int64) throws -> [DeltaRecord.Content] {
        var epochDelta = EpochDelta(partition: partition, number: number, from: 1, through: 2)
        epochDelta.namings = (0..<20).map { TopicNaming(candidate: UInt128($0) << 70 ^ 77, name: [1, UInt8($0), 3]) }
        let values = DeltaRecord.encode(epochDelta, .zstd, by: .test, largestChunk: 50)
        #expect(values.count > 2)
        return try values.map { value throws(ProtoError) in try DeltaRecord.decode(value.span) }
    }

    private func number(_ word: (word: DeltaMessage, firstOffset: Int64)?) -> Int64? {
        guard case .epochDelta(let epochDelta)? = word?.word else { return nil }
        return epochDelta.number
    }

    @Test("parts of several partitions may be interleaved, and the first part's offset is returned")
    func mixed() throws {
        var assembler = EpochDeltaAssembler(partitions: 2, sealer: .test)
        let (first, second) = (try parts(0, 4), try parts(1, 9))
        var offset: Int64 = 100
        for index in first.indices.dropLast() {
            #expect(try assembler.add(first[index], offset: offset) == nil)
            #expect(try assembler.add(second[index], offset: offset + 1) == nil)
            offset += 2
        }
        #expect(assembler.oldestOffset == 100)
        let whole = try assembler.add(second[second.count - 1], offset: offset)
        #expect(number(whole) == 9 && whole?.firstOffset == 101)
        #expect(number(try assembler.add(first[first.count - 1], offset: offset + 1)) == 4)
        #expect(assembler.oldestOffset == nil)
    }

    @Test("a reader that starts within an epoch delta skips the rest of it")
    func middle() throws {
        var assembler = EpochDeltaAssembler(partitions: 2, sealer: .test)
        for (index, part) in try parts(0, 4).dropFirst().enumerated() {
            #expect(try assembler.add(part, offset: Int64(index)) == nil)
        }
        #expect(assembler.oldestOffset == nil, "nothing of it is waited for")
        for part in try parts(0, 5).dropLast() { #expect(try assembler.add(part, offset: 50) == nil) }
        #expect(number(try assembler.add(parts(0, 5).last ?? parts(0, 5)[0], offset: 60)) == 5)
    }

    @Test("without the key, only the epochs of a delta are read; with another one, nothing")
    func unkeyed() throws {
        var epochs = EpochDeltaAssembler(partitions: 2, sealer: nil)
        let other = RecordSealer(RecordSealer.testKey, topic: "other", partition: 0)
        var foreign = EpochDeltaAssembler(partitions: 2, sealer: other)
        let parts = try parts(0, 4)
        for part in parts.dropLast() {
            #expect(try epochs.add(part, offset: 0) == nil)
            #expect(try foreign.add(part, offset: 0) == nil)
        }
        #expect(
            try epochs.add(parts[parts.count - 1], offset: 0)?.word
                == .epochDelta(EpochDelta(partition: 0, number: 4, from: 1, through: 2)))
        #expect(throws: ProtoError.outOfRange(SealBroken.text)) { try foreign.add(parts[parts.count - 1], offset: 0) }
    }

    @Test("a changed epoch, number or size of a delta is noticed")
    func changed() throws {
        let epochDelta = EpochDelta(partition: 1, number: 4, from: 1, through: 2)
        let value = DeltaRecord.encode(epochDelta, .zstd, by: .test)[0]
        guard case .part(_, _, let part) = try DeltaRecord.decode(value.span) else { throw ProtoError.badValue }
        func add(_ number: Int64, _ change: (inout Chunks.Chunk) -> Void) throws -> DeltaMessage? {
            var changed = part
            change(&changed)
            var assembler = EpochDeltaAssembler(partitions: 2, sealer: .test)
            return try assembler.add(.part(partition: 1, number: number, changed), offset: 0)?.word
        }
        #expect(try add(4) { _ in } == .epochDelta(epochDelta))
        #expect(throws: ProtoError.self) { try add(5) { _ in } }
        #expect(throws: ProtoError.self) { try add(4) { $0.clear[3] ^= 1 } }
        #expect(throws: ProtoError.self) { try add(4) { $0.size += 1 } }
        #expect(throws: ProtoError.self) { try add(4) { $0.data[20] ^= 1 } }
        #expect(throws: ProtoError.self) { try add(4) { $0.format = 1 } }
    }

    @Test("a missing part is an error")
    func missing() throws {
        var assembler = EpochDeltaAssembler(partitions: 2, sealer: .test)
        let parts = try parts(0, 4)
        _ = try assembler.add(parts[0], offset: 1)
        #expect(throws: ProtoError.self) { try assembler.add(parts[2], offset: 2) }
    }
}
