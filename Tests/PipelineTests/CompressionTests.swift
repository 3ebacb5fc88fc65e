import Foundation
import ShoalSchemas
import Testing

@testable import ShoalClustering
@testable import ShoalPipeline

@Suite("Deflated records")
struct CompressionTests {
    /// The largest memory that this process has had, in bytes.
    private var peak: Int {
        var usage = rusage()
        // Safe: the usage outlives the call.
        let isKnown = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0
        #expect(isKnown)
        return usage.ru_maxrss << 10
    }

    @Test(
        "a record of 40 bytes that claims gigabytes costs no memory", arguments: [1 << 24, 1 << 31, 1 << 32, Int.max])
    func claim(size: Int) {
        let bytes = Compression.deflate(Array("a record that claims more than it has".utf8))
        let before = peak
        #expect(Compression.inflate(bytes, size: size) == nil)
        #expect(peak - before < 200 << 20)
    }

    @Test("what comes out may be no more than was claimed, and no less")
    func size() {
        let text = Array("some bytes, some bytes, some bytes".utf8)
        let bytes = Compression.deflate(text)
        #expect(Compression.inflate(bytes, size: text.count) == text)
        for size in [0, text.count - 1, text.count + 1, -1] { #expect(Compression.inflate(bytes, size: size) == nil) }
        #expect(Compression.inflate(bytes.dropLast(), size: text.count) == nil)
        #expect(Compression.inflate(bytes + [0], size: text.count) == nil)
        #expect(Compression.inflate(Compression.deflate([]), size: 0) == [])
    }

    @Test("bytes that are all alike are stored, so that no record is a bomb")
    func alike() {
        let zeros = [UInt8](repeating: 0, count: 40 << 20)
        let bytes = Compression.deflate(zeros)
        #expect(Int64(zeros.count) <= Compression.limit(deflated: bytes.count))
        #expect(Compression.inflate(bytes, size: zeros.count) == zeros)
    }

    @Test("parts that differ in number or size are refused")
    func parts() throws {
        var assembly = Chunks.Assembly(number: 1, firstOffset: 0)
        _ = try assembly.add(Chunks.Chunk(index: 0, count: 3, size: 9, data: [1]))
        #expect(throws: ProtoError.self) { try assembly.add(Chunks.Chunk(index: 1, count: 2, size: 9, data: [1])) }
        #expect(throws: ProtoError.self) { try assembly.add(Chunks.Chunk(index: 1, count: 3, size: 8, data: [1])) }
    }

    @Test("the largest model and the largest epoch delta are read as they were written")
    func largest() throws {
        var settings = Settings()
        settings.topicsMax = 1_000_000
        var model = Model(settings: settings)
        model.vocabulary.entries = (0..<200_000).map { Vocabulary.Entry(name: nil, candidate: UInt128($0)) }
        for id in 1...20 as ClosedRange<ClusterID> {
            var cluster = Cluster(id: id)
            let topics = stride(from: TopicNumber(id), to: 200_000, by: 20)
            cluster.sums = ClusterSums(
                count: 1 << 20, sums: topics.map { SumEntry(topic: $0, value: 1 + Int64($0) * 977) },
                published: [
                    PublishedCount(published: 0, count: 1 << 19), PublishedCount(published: id, count: 1 << 19),
                ])
            cluster.centroid = topics.map { Component(topic: $0, value: UInt16($0 % 200) + 1) }
            model.clusters.append(cluster)
        }
        model.nextID = 21
        let record = ModelRecord(
            bookkeeping: Bookkeeping(
                from: nil, through: nil, start: nil, partitions: [PartitionState()], deltaOffset: 0, oldestOffset: 0),
            firstOffsets: [0], keyFingerprint: 1, model: model)
        var records = RecordBuffer()
        record.append(to: &records, by: .test)
        var table = ModelTable(.test)
        for entry in records.entries {
            let value = try #require(entry.value)
            _ = try table.take(records.bytes.span.extracting(value), offset: 0)
        }
        #expect(table.genesis?.model == model)
        let epochDelta = EpochDelta(
            partition: 1, number: 1, from: nil, through: 3,
            clusters: model.clusters.map {
                ClusterDelta(
                    cluster: $0.id, count: -5, sums: $0.sums.sums,
                    published: [PublishedCount(published: 0, count: 2), PublishedCount(published: 7, count: -7)])
            })
        var assembler = EpochDeltaAssembler(partitions: 2, sealer: .test)
        var found: DeltaMessage?
        for (offset, value) in DeltaRecord.encode(epochDelta, by: .test).enumerated() {
            found = try assembler.add(DeltaRecord.decode(value.span), offset: Int64(offset))?.word
        }
        #expect(found == .epochDelta(epochDelta))
    }
}
