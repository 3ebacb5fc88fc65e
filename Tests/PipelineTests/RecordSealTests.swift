import ShoalClustering
import Testing

@testable import ShoalPipeline

@Suite("Sealed records")
struct RecordSealTests {
    private let key = PrivacyKey(bytes: (0..<32).map { 29 &* $0 &+ 3 })
    private let name = Array("key".utf8)

    private func sealer(_ topic: String = "shoal-state", _ partition: Int32 = 0) -> RecordSealer {
        RecordSealer(key, topic: topic, partition: partition)
    }

    private func sealed(_ record: [UInt8], by sealer: RecordSealer? = nil) -> [UInt8] {
        var output: [UInt8] = []
        (sealer ?? self.sealer()).seal(name, into: &output) { $0 += record }
        return output
    }

    private func opened(_ sealed: [UInt8], _ name: [UInt8]? = nil, by sealer: RecordSealer? = nil) throws -> [UInt8] {
        let name = name ?? self.name
        return try (sealer ?? self.sealer()).open(sealed.span, name.span) { span in
            span.indices.map { span[$0] }
        }
    }

    @Test("AES-SIV is that of RFC 5297, computed here from single blocks of AES")
    func reference() throws {
        var draws = SplitMix64(seed: 5_297)
        func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: draws.next()) } }
        for count in [1, 2, 15, 16, 17, 31, 32, 33, 64, 100, 255, 4_096] {
            let (key, first, second, message) = (bytes(64), bytes(count % 40 + 1), bytes(count % 23 + 1), bytes(count))
            let cipher = try AESSIV(key: key, associated: first)
            var output: [UInt8] = []
            cipher.seal(message.span, second.span, into: &output)
            #expect(output == (try ReferenceSIV(key)).seal(message, [first, second]), "\(count) bytes")
            var back: [UInt8] = []
            #expect(cipher.open(output.span, second.span, into: &back) && back == message)
        }
    }

    @Test("the same record gives the same bytes, which are 17 longer, and opens again", arguments: [0, 1, 16, 1_000])
    func opens(_ count: Int) throws {
        let record = [UInt8](repeating: 65, count: count)
        let bytes = sealed(record)
        #expect(bytes == sealed(record))
        #expect(bytes.count == count + RecordSealer.overhead)
        #expect(try opened(bytes) == record)
    }

    @Test("a changed byte is noticed, whichever it is", arguments: [0, 40])
    func changed(_ count: Int) {
        let bytes = sealed([UInt8](repeating: 1, count: count))
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 1
            #expect(throws: SealBroken.self) { try opened(other) }
        }
        for length in 0..<bytes.count {
            #expect(throws: SealBroken.self) { try opened(Array(bytes.prefix(length))) }
        }
        #expect(throws: SealBroken.self) { try opened(bytes + [0]) }
    }

    /// OpenSSL before 3.0.10 ignores associated data of an empty message.
    @Test("key, topic, partition and name count, also for an empty record", arguments: [0, 1, 40])
    func associated(_ count: Int) throws {
        let record = [UInt8](repeating: 1, count: count)
        let bytes = sealed(record)
        let other = RecordSealer(PrivacyKey(bytes: Array(repeating: 7, count: 32)), topic: "shoal-state", partition: 0)
        for sealer in [sealer("shoal-models"), sealer("shoal-state", 1), sealer("shoal-state1", 0), other] {
            #expect(sealed(record, by: sealer) != bytes)
            #expect(throws: SealBroken.self) { try opened(bytes, by: sealer) }
        }
        for name in ["kez", "ke", "key1"] {
            #expect(throws: SealBroken.self) { try opened(bytes, Array(name.utf8)) }
        }
        #expect(try opened(bytes) == record)
    }

    @Test("a record of another seal's format is not opened")
    func format() throws {
        let cipher = try AESSIV(key: key.derived(.recordSeal, count: 64), associated: Array("1 shoal-state 0".utf8))
        for first in [1, 2] as [UInt8] {
            var bytes: [UInt8] = []
            cipher.seal([first, 5].span, name.span, into: &bytes)
            if first == 1 {
                #expect(try opened(bytes) == [5])
            } else {
                #expect(throws: SealBroken.self) { try opened(bytes) }
            }
        }
    }
}

/// AES-SIV as RFC 5297 describes it, from single blocks of AES-256.
private struct ReferenceSIV {
    private let mac: BlockCipher
    private let encryption: BlockCipher

    init(_ key: [UInt8]) throws {
        mac = try BlockCipher(key: Array(key.prefix(32)))
        encryption = try BlockCipher(key: Array(key.suffix(32)))
    }

    func seal(_ message: [UInt8], _ associated: [[UInt8]]) -> [UInt8] {
        var chain = cmac([UInt8](repeating: 0, count: 16))
        for part in associated { chain = double(chain) ^ cmac(part) }
        var last = message
        if message.count >= 16 {
            for (index, byte) in bytes(chain).enumerated() { last[message.count - 16 + index] ^= byte }
        } else {
            last = bytes(double(chain) ^ number(message + [0x80]))
        }
        let tag = cmac(last)
        var counter = tag & ~(UInt128(1) << 63 | UInt128(1) << 31)
        var output = bytes(tag)
        for start in stride(from: 0, to: message.count, by: 16) {
            let stream = bytes(encryption.encrypt(counter))
            output += zip(message[start..<min(start + 16, message.count)], stream).map { $0 ^ $1 }
            counter &+= 1
        }
        return output
    }

    private func cmac(_ message: [UInt8]) -> UInt128 {
        let subkey = double(mac.encrypt(0))
        var state: UInt128 = 0
        let last = message.isEmpty ? 0 : (message.count - 1) / 16 * 16
        for start in stride(from: 0, to: last, by: 16) {
            state = mac.encrypt(state ^ number(Array(message[start..<start + 16])))
        }
        let rest = Array(message[last...])
        let final = rest.count == 16 ? number(rest) ^ subkey : number(rest + [0x80]) ^ double(subkey)
        return mac.encrypt(state ^ final)
    }

    /// Multiplies by x in the field of CMAC.
    private func double(_ block: UInt128) -> UInt128 { block << 1 ^ (block >> 127 == 1 ? 0x87 : 0) }

    /// The first 16 bytes, big-endian; missing ones are 0.
    private func number(_ bytes: [UInt8]) -> UInt128 {
        (bytes + [UInt8](repeating: 0, count: 16)).prefix(16).reduce(0) { $0 << 8 | UInt128($1) }
    }

    private func bytes(_ block: UInt128) -> [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: block >> (120 - 8 * $0)) }
    }
}
