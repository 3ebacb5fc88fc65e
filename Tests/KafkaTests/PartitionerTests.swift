import TestSupport
import Testing

@testable import ShoalKafka

@Suite("Partitioners")
struct PartitionerTests {
    @Test(
        "murmur2 is that of Java clients",
        arguments: [
            // From Apache Kafka's UtilsTest.
            ("21", -973_932_308), ("foobar", -790_332_482), ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971), ("abc", 479_470_107),
        ] as [(String, Int32)])
    func murmur2(key: String, hash: Int32) {
        let bytes = Array(key.utf8)
        let partition = Partitioner.murmur2.partition(of: bytes.span, count: 1_009)
        #expect(partition == (hash & .max) % 1_009)
    }

    @Test(
        "crc32 is the checksum of zlib, without a sign",
        arguments: [
            ("123456789", 0xCBF4_3926), ("The quick brown fox jumps over the lazy dog", 0x414F_A339),
        ] as [(String, UInt32)])
    func crc32(key: String, checksum: UInt32) {
        let bytes = Array(key.utf8)
        let partition = Partitioner.crc32.partition(of: bytes.span, count: 1_009)
        #expect(partition == Int32(checksum % 1_009))
    }

    @Test("an empty key belongs to no partition")
    func emptyKey() {
        let none: [UInt8] = []
        for partitioner in Partitioner.allCases {
            #expect(partitioner.partition(of: none.span, count: 4) == nil)
        }
    }

    @Test("a producer places keys as its partitioner says", arguments: Partitioner.allCases)
    func producing(_ partitioner: Partitioner) async throws {
        let broker = try await TestBroker.shared()
        let topic = uniqueName("partitioner")
        try await broker.create([topic: 7])
        let producer = try Producer(broker.configuration(), partitioner: partitioner)
        for viewer in 0..<40 { try producer.produce(to: topic, key: "viewer-\(viewer)", value: "x") }
        try producer.flush(timeout: .seconds(10))
        let records = try await broker.records(of: topic)
        #expect(records.count == 40)
        for record in records {
            let key = record.key ?? []
            #expect(partitioner.partition(of: key.span, count: 7) == record.partition)
        }
    }
}
