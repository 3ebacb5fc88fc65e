import Foundation
import ShoalSchemas
import Testing

@testable import ShoalClustering
@testable import ShoalPipeline

@Suite("Compressed records")
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
        "a record of few bytes that claims gigabytes costs no memory",
        arguments: [Compression.zlib, .zstd], [1 << 24, 1 << 31, 1 << 32, Int.max])
    func claim(compression: Compression, size: Int) {
        let text = Array(String(repeating: "a record that claims more than it has, ", count: 20).utf8)
        let bytes = compression.compress(text)
        #expect(bytes.count < 100)
        let before = peak
        #expect(compression.decompress(bytes, size: size) == nil)
        #expect(peak - before < 200 << 20)
    }

    @Test("what comes out may be no more than was claimed, and no less", arguments: [Compression.zlib, .zstd])
    func size(compression: Compression) {
        let text = Array(String(repeating: "some bytes, some bytes, some bytes", count: 10).utf8)
        let bytes = compression.compress(text)
        #expect(compression.decompress(bytes, size: text.count) == text)
        for size in [0, text.count - 1, text.count + 1, -1] {
            #expect(compression.decompress(bytes, size: size) == nil)
        }
        #expect(compression.decompress(bytes.dropLast(), size: text.count) == nil)
        #expect(compression.decompress(bytes + [0], size: text.count) == nil)
        #expect(compression.decompress(compression.compress([]), size: 0) == [])
    }

    @Test("bytes that are all alike are stored, so that no record is a bomb", arguments: [Compression.zlib, .zstd])
    func alike(compression: Compression) {
        let zeros = [UInt8](repeating: 0, count: 40 << 20)
        let bytes = compression.compress(zeros)
        #expect(Int64(zeros.count) <= Compression.limit(compressed: bytes.count))
        #expect(compression.decompress(bytes, size: zeros.count) == zeros)
    }

    @Test("a bomb of zstd is refused before it is opened, and one that claims little while it is")
    func bomb() {
        let frame = Compression.zstd.compress([UInt8](repeating: 0, count: 16 << 20))
        #expect(frame.count < 4_096)
        let bomb = Array(repeatElement(frame, count: 200).joined())
        let before = peak
        #expect(Compression.zstd.decompress(bomb, size: 200 * (16 << 20)) == nil)
        #expect(Compression.zstd.decompress(bomb, size: 1 << 20) == nil)
        #expect(peak - before < 200 << 20)
    }

    @Test("bytes that zstd does not shorten are stored as they are")
    func stored() {
        var random = SplitMix64(seed: 3)
        for count in [1, 7, 1_000, 300_000] {
            let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            #expect(Compression.zstd.compress(bytes) == bytes)
            #expect(Compression.zstd.decompress(bytes, size: count) == bytes)
            #expect(Compression.zstd.decompress(bytes, size: count + 1) == nil)
        }
    }

    @Test("records have the newest format, and that of programs before rules 7 is read")
    func formats() throws {
        let delta = EpochDelta(
            partition: 1, number: 1, from: nil, through: 3,
            clusters: [ClusterDelta(cluster: 1, count: 5, sums: (0..<90).map { SumEntry(topic: $0, value: 9) })])
        for (rules, format) in [(LifecycleRules.previous, Int64(3)), (.current, 3), (.current, 2)] {
            var model = Model.genesis(settings: Settings(), topics: (0..<50).map { Array("topic \($0)".utf8) })
            model.rules = rules
            let record = ModelRecord(
                bookkeeping: Bookkeeping(
                    from: nil, through: nil, start: nil, partitions: [PartitionState()], deltaOffset: 0, oldestOffset: 0
                ),
                firstOffsets: [0], keyFingerprint: 1, model: model)
            #expect(try record.sealed().format == 3)
            #expect(try record.readAgain().model == model)
            let value = DeltaRecord.encode(delta, Compression(rawValue: format) ?? .zstd, by: .test)[0]
            guard case .part(_, _, var part) = try DeltaRecord.decode(value.span) else { throw ProtoError.badValue }
            #expect(part.format == format)
            let whole = try #require(try Self.whole(part))
            #expect(try DeltaRecord.epochDelta(whole, partition: 1, number: 1, by: .test) == delta)
            // The format is sealed with the content.
            part.format = 5 - format
            let other = try #require(try Self.whole(part))
            #expect(throws: ProtoError.self) {
                try DeltaRecord.epochDelta(other, partition: 1, number: 1, by: .test)
            }
        }
    }

    private static func whole(_ part: Chunks.Chunk) throws -> Chunks.Whole? {
        var assembly = Chunks.Assembly(number: 1, firstOffset: 0)
        return try assembly.add(part)
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
        for (offset, value) in DeltaRecord.encode(epochDelta, .zstd, by: .test).enumerated() {
            found = try assembler.add(DeltaRecord.decode(value.span), offset: Int64(offset))?.word
        }
        #expect(found == .epochDelta(epochDelta))
    }
}
