import Testing

@testable import ShoalClustering

@Suite("Topics by name")
struct TopicNamesTests {
    @Test("the hash is SipHash-1-3")
    func vector() {
        // As of CPython's and Rust's SipHasher13 with the key 00 01 … 0f.
        let hash = SipHash13(k0: 0x0706_0504_0302_0100, k1: 0x0f0e_0d0c_0b0a_0908)
        let expected: [UInt64] = [0xabac_0158_050f_c4dc, 0xc9f4_9bf3_7d57_ca93, 0x82cb_9b02_4dc7_d44d]
        for (count, value) in expected.enumerated() {
            let message = (0..<count).map { UInt8($0) }
            #expect(UInt64(bitPattern: Int64(hash.hash(message.span))) == value, "\(count) bytes")
        }
    }

    @Test("two tables hash with one random key, and another key gives other hashes")
    func keyed() {
        let name = Array("a topic".utf8)
        #expect(SipHash13.random().hash(name.span) != SipHash13.random().hash(name.span))
    }

    @Test("each name is found, of equal names the lowest number, and none that left")
    func found() {
        var vocabulary = Vocabulary()
        let names = (0..<600).map { Array((String(repeating: "n", count: $0 % 19) + "\($0)").utf8) }
        for name in names { vocabulary.entries.append(.init(name: name)) }
        vocabulary.entries.append(.init(name: names[5]))
        vocabulary.entries.append(.init(name: Array("left".utf8), isRemoved: true))
        let table = TopicNames(vocabulary)
        for (number, name) in names.enumerated() {
            #expect(table.number(name, 0..<name.count) == TopicNumber(number))
        }
        let left = Array("left".utf8)
        #expect(table.number(left, 0..<left.count) == nil)
    }

    @Test("names that collided under the hash without a key are spread over the table as others are")
    func collisions() {
        // That hash of eight bytes: h = (8 ^ w) · m, h ^ h >> 32; its last bits chose the place. So all these had one place.
        let inverse: UInt64 = 0xF1DE_83E1_9937_733D
        #expect(inverse &* 0x9E37_79B9_7F4A_7C15 == 1)
        var vocabulary = Vocabulary()
        for index in 0..<20_000 as Range<UInt64> {
            let hash = index << 32 | index ^ 7
            let word = (hash &* inverse) ^ 8
            vocabulary.entries.append(
                .init(name: (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }))
        }
        let table = TopicNames(vocabulary)
        // With one place for all, 20,000 places in succession would be taken. At most half of all places are.
        let longest = table.table.split(separator: 0).map(\.count).max() ?? 0
        #expect(longest < 500)
        let last = vocabulary.entries.last?.name ?? []
        #expect(table.number(last, 0..<last.count) == 19_999)
    }
}
