/// SplitMix64 (Steele, Lea and Flood, 2014): the only random generator, with one state per purpose.
public struct SplitMix64: Sendable {
    private var state: UInt64

    public init(seed: UInt64) {
        state = Self.mix(seed)
    }

    /// Mixes a value into the state: state = mix(state ⊕ value).
    public mutating func absorb(_ value: UInt64) {
        state = Self.mix(state ^ value)
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.finish(state)
    }

    /// Returns (next ≫ 11) · 2⁻⁵³, in 0 ..< 1.
    public mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        finish(value &+ 0x9E37_79B9_7F4A_7C15)
    }

    private static func finish(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
