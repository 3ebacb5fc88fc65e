/// SipHash-2-4 with 64 or 128 bits of output (Aumasson and Bernstein, 2012). Keyed, so that colliding viewer ids cannot
/// be chosen. For look-ups only; pseudonyms are HMACs.
struct SipHash: Sendable {
    private let k0: UInt64
    private let k1: UInt64

    /// - Parameter purpose: A label that separates the hashes of different uses.
    init(_ key: PrivacyKey, purpose: String) {
        let name = Array("shoal/\(purpose)".utf8)
        let digest = HMAC(key).digest(name.span)
        self.init(k0: digest.words.0, k1: digest.words.1)
    }

    init(k0: UInt64, k1: UInt64) {
        self.k0 = k0
        self.k1 = k1
    }

    /// 64 bits.
    func hash64(_ message: Span<UInt8>) -> UInt64 {
        var state = State(k0, k1, isWide: false)
        state.absorb(message)
        return state.finish(0xFF)
    }

    /// 64 bits of two words and a message after them.
    func hash64(_ words: (UInt64, UInt64), _ message: Span<UInt8>) -> UInt64 {
        var state = State(k0, k1, isWide: false)
        state.absorb(word: words.0)
        state.absorb(word: words.1)
        // SipHash encodes the message length in its last block. The length of the two words is constant and not
        // encoded.
        state.absorb(message)
        return state.finish(0xFF)
    }

    /// 128 bits, as two words.
    func hash128(_ message: Span<UInt8>) -> (UInt64, UInt64) {
        var state = State(k0, k1, isWide: true)
        state.absorb(message)
        let first = state.finish(0xEE)
        state.v1 ^= 0xDD
        for _ in 0..<4 { state.round() }
        return (first, state.v0 ^ state.v1 ^ state.v2 ^ state.v3)
    }

    private struct State {
        var v0, v1, v2, v3: UInt64

        init(_ k0: UInt64, _ k1: UInt64, isWide: Bool) {
            v0 = k0 ^ 0x736f_6d65_7073_6575
            v1 = k1 ^ 0x646f_7261_6e64_6f6d ^ (isWide ? 0xEE : 0)
            v2 = k0 ^ 0x6c79_6765_6e65_7261
            v3 = k1 ^ 0x7465_6462_7974_6573
        }

        @inline(__always)
        mutating func round() {
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

        @inline(__always)
        mutating func absorb(word: UInt64) {
            v3 ^= word
            round()
            round()
            v0 ^= word
        }

        mutating func absorb(_ message: Span<UInt8>) {
            var offset = 0
            while offset + 8 <= message.count {
                // Safe: any eight bytes are a UInt64, and they are within the span.
                let word = unsafe message.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
                absorb(word: UInt64(littleEndian: word))
                offset += 8
            }
            var last = UInt64(truncatingIfNeeded: message.count) << 56
            let left = message.count - offset
            if left > 0, message.count >= 8 {
                // Safe: as above. Bytes that were already processed are shifted out.
                let word = unsafe message.bytes.unsafeLoadUnaligned(fromByteOffset: message.count - 8, as: UInt64.self)
                last |= UInt64(littleEndian: word) >> UInt64(64 - 8 * left)
            } else {
                for place in 0..<left { last |= UInt64(message[offset + place]) << UInt64(8 * place) }
            }
            absorb(word: last)
        }

        mutating func finish(_ mark: UInt64) -> UInt64 {
            v2 ^= mark
            for _ in 0..<4 { round() }
            return v0 ^ v1 ^ v2 ^ v3
        }
    }
}
