/// SipHash-1-3 with 64 bits of output (Aumasson and Bernstein, 2012): a keyed hash for tables in memory, as of Rust's and Swift's
/// own. The key is random and of this process alone, so that nothing may depend on the order of hashes.
struct SipHash13: Sendable {
    private let k0: UInt64
    private let k1: UInt64

    init(k0: UInt64, k1: UInt64) {
        self.k0 = k0
        self.k1 = k1
    }

    /// Returns a hash with a random key.
    static func random() -> SipHash13 {
        var random = SystemRandomNumberGenerator()
        return SipHash13(k0: random.next(), k1: random.next())
    }

    /// Returns the hash of a message, cut to a word.
    @inline(__always)
    func hash(_ message: Span<UInt8>) -> Int {
        var (v0, v1) = (k0 ^ 0x736f_6d65_7073_6575, k1 ^ 0x646f_7261_6e64_6f6d)
        var (v2, v3) = (k0 ^ 0x6c79_6765_6e65_7261, k1 ^ 0x7465_6462_7974_6573)
        var offset = 0
        while offset + 8 <= message.count {
            // Safe: eight bytes are left, and any eight bytes are a UInt64.
            let word = unsafe message.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
            v3 ^= UInt64(littleEndian: word)
            Self.round(&v0, &v1, &v2, &v3)
            v0 ^= UInt64(littleEndian: word)
            offset += 8
        }
        let last = UInt64(truncatingIfNeeded: message.count) << 56 | Self.rest(message, from: offset)
        v3 ^= last
        Self.round(&v0, &v1, &v2, &v3)
        v0 ^= last
        v2 ^= 0xFF
        for _ in 0..<3 { Self.round(&v0, &v1, &v2, &v3) }
        return Int(truncatingIfNeeded: v0 ^ v1 ^ v2 ^ v3)
    }

    /// The bytes from an offset on, fewer than eight, as a little-endian number.
    @inline(__always)
    private static func rest(_ message: Span<UInt8>, from offset: Int) -> UInt64 {
        let left = message.count - offset
        guard left > 0 else { return 0 }
        if message.count >= 8 {
            // Safe: any eight bytes are a UInt64. Those that were taken already are shifted out.
            let word = unsafe message.bytes.unsafeLoadUnaligned(fromByteOffset: message.count - 8, as: UInt64.self)
            return UInt64(littleEndian: word) >> UInt64(64 - 8 * left)
        }
        var rest: UInt64 = 0
        for place in 0..<left { rest |= UInt64(message[offset + place]) << UInt64(8 * place) }
        return rest
    }

    @inline(__always)
    private static func round(_ v0: inout UInt64, _ v1: inout UInt64, _ v2: inout UInt64, _ v3: inout UInt64) {
        v0 &+= v1
        v1 = v1 << 13 | v1 >> 51
        v1 ^= v0
        v0 = v0 << 32 | v0 >> 32
        v2 &+= v3
        v3 = v3 << 16 | v3 >> 48
        v3 ^= v2
        v0 &+= v3
        v3 = v3 << 21 | v3 >> 43
        v3 ^= v0
        v2 &+= v1
        v1 = v1 << 17 | v1 >> 47
        v1 ^= v2
        v2 = v2 << 32 | v2 >> 32
    }
}
