/// The state of SipHash (Aumasson and Bernstein, 2012). Its users choose the numbers of rounds. Inlinable, so that these are constants
/// in each use.
package struct SipState {
    @usableFromInline package var v0, v1, v2, v3: UInt64

    @inlinable
    @inline(__always)
    package init(_ k0: UInt64, _ k1: UInt64) {
        v0 = k0 ^ 0x736f_6d65_7073_6575
        v1 = k1 ^ 0x646f_7261_6e64_6f6d
        v2 = k0 ^ 0x6c79_6765_6e65_7261
        v3 = k1 ^ 0x7465_6462_7974_6573
    }

    @inlinable
    @inline(__always)
    package mutating func round() {
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

    @inlinable
    @inline(__always)
    package mutating func absorb(word: UInt64, rounds: Int) {
        v3 ^= word
        for _ in 0..<rounds { round() }
        v0 ^= word
    }

    /// Absorbs a message and its length.
    @inlinable
    @inline(__always)
    package mutating func absorb(_ message: Span<UInt8>, rounds: Int) {
        var offset = 0
        while offset + 8 <= message.count {
            // Safe: eight bytes are left, and any eight bytes are a UInt64.
            let word = unsafe message.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
            absorb(word: UInt64(littleEndian: word), rounds: rounds)
            offset += 8
        }
        var last = UInt64(truncatingIfNeeded: message.count) << 56
        let left = message.count - offset
        if left > 0, message.count >= 8 {
            // Safe: as above. Bytes that were already absorbed are shifted out.
            let word = unsafe message.bytes.unsafeLoadUnaligned(fromByteOffset: message.count - 8, as: UInt64.self)
            last |= UInt64(littleEndian: word) >> UInt64(64 - 8 * left)
        } else {
            for place in 0..<left { last |= UInt64(message[offset + place]) << UInt64(8 * place) }
        }
        absorb(word: last, rounds: rounds)
    }

    /// - Parameter mark: 0xFF, or 0xEE for 128 bits.
    @inlinable
    @inline(__always)
    package mutating func finish(_ mark: UInt64, rounds: Int) -> UInt64 {
        v2 ^= mark
        for _ in 0..<rounds { round() }
        return v0 ^ v1 ^ v2 ^ v3
    }
}
