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
        var state = SipState(k0, k1)
        state.absorb(message, rounds: 1)
        return Int(truncatingIfNeeded: state.finish(0xFF, rounds: 3))
    }
}
