internal import ShoalClustering

/// SipHash-2-4 with 64 or 128 bits of output (Aumasson and Bernstein, 2012). Keyed, so that colliding viewer ids cannot
/// be chosen. For look-ups only; pseudonyms are HMACs.
struct SipHash: Sendable {
    private let k0: UInt64
    private let k1: UInt64

    /// SipHash under the first 16 bytes of the key of a use.
    init(_ key: PrivacyKey, _ use: KeyUse) {
        let words = key.derived(use).prefix(16).reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        self.init(k0: UInt64(truncatingIfNeeded: words >> 64), k1: UInt64(truncatingIfNeeded: words))
    }

    init(k0: UInt64, k1: UInt64) {
        self.k0 = k0
        self.k1 = k1
    }

    /// 64 bits.
    func hash64(_ message: Span<UInt8>) -> UInt64 {
        var state = SipState(k0, k1)
        state.absorb(message, rounds: 2)
        return state.finish(0xFF, rounds: 4)
    }

    /// 64 bits of two words and a message after them.
    func hash64(_ words: (UInt64, UInt64), _ message: Span<UInt8>) -> UInt64 {
        var state = SipState(k0, k1)
        state.absorb(word: words.0, rounds: 2)
        state.absorb(word: words.1, rounds: 2)
        // SipHash encodes the message length in its last block. The length of the two words is constant and not
        // encoded.
        state.absorb(message, rounds: 2)
        return state.finish(0xFF, rounds: 4)
    }

    /// 128 bits, as two words.
    func hash128(_ message: Span<UInt8>) -> (UInt64, UInt64) {
        var state = SipState(k0, k1)
        state.v1 ^= 0xEE
        state.absorb(message, rounds: 2)
        let first = state.finish(0xEE, rounds: 4)
        state.v1 ^= 0xDD
        return (first, state.finish(0, rounds: 4))
    }
}
