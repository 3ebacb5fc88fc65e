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
        let values = DeltaRecord.encode(epochDelta, largestChunk: 50)
        #expect(values.count > 2)
        return try values.map { value throws(ProtoError) in try DeltaRecord.decode(value.span) }
    }

    private func number(_ word: (word: DeltaMessage, firstOffset: Int64)?) -> Int64? {
        guard case .epochDelta(let epochDelta)? = word?.word else { return nil }
        return epochDelta.number
    }

    @Test("parts of several partitions may be interleaved, and the first part's offset is returned")
    func mixed() throws {
        var assembler = EpochDeltaAssembler(partitions: 2)
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
        var assembler = EpochDeltaAssembler(partitions: 2)
        for (index, part) in try parts(0, 4).dropFirst().enumerated() {
            #expect(try assembler.add(part, offset: Int64(index)) == nil)
        }
        #expect(assembler.oldestOffset == nil, "nothing of it is waited for")
        for part in try parts(0, 5).dropLast() { #expect(try assembler.add(part, offset: 50) == nil) }
        #expect(number(try assembler.add(parts(0, 5).last ?? parts(0, 5)[0], offset: 60)) == 5)
    }

    @Test("a missing part is an error")
    func missing() throws {
        var assembler = EpochDeltaAssembler(partitions: 2)
        let parts = try parts(0, 4)
        _ = try assembler.add(parts[0], offset: 1)
        #expect(throws: ProtoError.self) { try assembler.add(parts[2], offset: 2) }
    }
}
