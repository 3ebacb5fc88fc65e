/// The purposes of draws. Each has its own generator state.
enum Draws {
    enum Purpose: UInt64 {
        case seed = 1
        case split
        case repair
        case grow
    }

    /// Returns the generator state of (version, purpose, cluster, start).
    static func state(_ version: Epoch, _ purpose: Purpose, cluster: UInt64, start: Int) -> SplitMix64 {
        var draws = SplitMix64(seed: UInt64(bitPattern: version))
        for value in [purpose.rawValue, cluster, UInt64(start)] { draws.absorb(value) }
        return draws
    }
}
