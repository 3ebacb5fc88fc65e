import Testing

@testable import ShoalPipeline

@Suite("Pseudonyms and keys")
struct PrivacyTests {
    private let key = PrivacyKey(hex: String(repeating: "0b", count: 32))

    @Test("an HMAC matches RFC 4231, however the input is split")
    func digest() throws {
        let hmac = try HMAC(key: [UInt8](repeating: 0x0B, count: 32))
        let message = Array("Hi There".utf8)
        let whole = hmac.digest(message.span)
        // From `openssl dgst -sha256 -mac HMAC -macopt hexkey:0b…0b` (32 bytes).
        #expect(whole.first16 == 0x198a_607e_b44b_fbc6_9903_a0f1_cf2b_bdc5)
        hmac.start()
        hmac.add(Array("Hi ".utf8).span)
        hmac.add(Array("There".utf8).span)
        #expect(hmac.finish().words == whole.words)
    }

    @Test("SipHash-2-4 matches the vectors of its authors")
    func sipHash() {
        let sip = SipHash(k0: 0x0706_0504_0302_0100, k1: 0x0f0e_0d0c_0b0a_0908)
        let message = (0..<15).map { UInt8($0) }
        let narrow = sip.hash64(message.span)
        #expect(narrow == 0xa129_ca61_49be_45e5)
        let empty: [UInt8] = []
        let wide = sip.hash128(empty.span)
        #expect(wide.0 == 0xe6a8_25ba_047f_81a3)
        #expect(wide.1 == 0x9302_55c7_1472_f66d)
    }

    @Test("a viewer's pseudonym is stable while the table grows and evicts others")
    func table() throws {
        let key = try #require(key)
        var table = ViewerTable(key: key, ceiling: 1 << 11)
        let viewers = (0..<5_000).map { Array("viewer-\($0)".utf8) }
        var first: [UInt128] = []
        var second: [UInt128] = []
        for viewer in viewers { first.append(table.identity(of: viewer.span).pseudonym) }
        for viewer in viewers { second.append(table.identity(of: viewer.span).pseudonym) }
        #expect(first == second)
        #expect(Set(first).count == viewers.count)
        let viewer = viewers[7]
        table.forget(viewer.span)
        let again = table.identity(of: viewer.span).pseudonym
        #expect(again == first[7])
    }

    @Test("viewers seen once do not enlarge the table beyond the wanted size")
    func churn() throws {
        var table = ViewerTable(key: try #require(key))
        table.wanted = 1_000
        for viewer in 0..<20_000 { _ = table.identity(of: Array("viewer-\(viewer)".utf8).span) }
        #expect(table.room == 2_048)
        table.wanted = 5_000
        for viewer in 0..<20_000 { _ = table.identity(of: Array("viewer-\(viewer)".utf8).span) }
        #expect(table.room == 16_384)
    }

    @Test("a key is 64 hexadecimal digits and nothing else", arguments: ["", "0b", String(repeating: "0g", count: 32)])
    func badKey(text: String) {
        #expect(PrivacyKey(hex: text) == nil)
    }

    @Test("a key file may end with a newline, and fingerprints distinguish keys")
    func fingerprint() throws {
        let one = try #require(PrivacyKey(hex: String(repeating: "0b", count: 32) + "\n"))
        let other = try #require(PrivacyKey(hex: String(repeating: "0c", count: 32)))
        #expect(one.fingerprint == key?.fingerprint)
        #expect(one.fingerprint != other.fingerprint)
    }
}
