public import ShoalClustering

/// Hashes topics without a key, for input that is not confidential: generated events, tests, benchmarks.
public struct UnkeyedTopics: TopicKeys, Sendable {
    public init() {}

    public func rank(of member: Pseudonym, in period: Int64?) -> UInt128 {
        guard let period else { return member }
        var mixer = SplitMix64(seed: UInt64(bitPattern: period))
        return member ^ (UInt128(mixer.next()) << 64 | UInt128(mixer.next()))
    }

    public func candidate(_ name: ArraySlice<UInt8>) -> UInt128 {
        var mixer = Self.mixer(name, purpose: 1)
        return UInt128(mixer.next()) << 64 | UInt128(mixer.next())
    }

    public func mark(_ name: ArraySlice<UInt8>, _ member: Pseudonym) -> UInt32 {
        var mixer = Self.mixer(name, purpose: 2)
        mixer.absorb(UInt64(truncatingIfNeeded: member >> 64))
        mixer.absorb(UInt64(truncatingIfNeeded: member))
        return UInt32(truncatingIfNeeded: mixer.next() >> 32)
    }

    private static func mixer(_ name: ArraySlice<UInt8>, purpose: UInt64) -> SplitMix64 {
        var mixer = SplitMix64(seed: purpose)
        for byte in name { mixer.absorb(UInt64(byte)) }
        return mixer
    }
}
