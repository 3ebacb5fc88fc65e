/// SplitMix64 (Steele, Lea and Flood, 2014) with one state per seed and purpose, and the distributions that streams
/// need.
struct Draws: Sendable {
    /// The purpose of a draw. Each purpose has its own sequence, so that adding viewers does not change the videos.
    enum Purpose: UInt64 {
        case archetypes = 1
        case catalogue, population, events, script, tastes
    }

    private var state: UInt64

    init(seed: UInt64, _ purpose: Purpose) {
        state = Self.mix(Self.mix(seed) ^ purpose.rawValue)
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.finish(state)
    }

    /// Returns a number in 0 ..< 1, in steps of 2⁻⁵³.
    mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    mutating func uniform(_ low: Double, _ high: Double) -> Double {
        low + (high - low) * uniform()
    }

    /// Returns a number in 0 ..< `bound`. `bound` must be positive.
    mutating func below(_ bound: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    mutating func chance(_ share: Double) -> Bool {
        share > 0 && uniform() < share
    }

    /// Returns an exponentially distributed number with mean 1.
    mutating func exponential() -> Double {
        -Elementary.ln(1 - uniform())
    }

    /// Returns a normally distributed number with mean 0 and variance 1, by the polar method (Marsaglia, 1964).
    mutating func normal() -> Double {
        while true {
            let (x, y) = (uniform(-1, 1), uniform(-1, 1))
            let square = x * x + y * y
            if square > 0, square < 1 { return x * (-2 * Elementary.ln(square) / square).squareRoot() }
        }
    }

    /// Returns a Poisson-distributed number; for small means. Counts how many uniform numbers can be multiplied before
    /// the product falls below e^−mean (Knuth).
    mutating func poisson(_ mean: Double) -> Int {
        let limit = Elementary.exp(-mean)
        var (count, product) = (0, uniform())
        while product > limit {
            count += 1
            product *= uniform()
        }
        return count
    }

    /// Shuffles in place (Fisher and Yates).
    mutating func shuffle<Element>(_ values: inout [Element]) {
        for index in stride(from: values.count - 1, to: 0, by: -1) { values.swapAt(index, below(index + 1)) }
    }

    static func mix(_ value: UInt64) -> UInt64 {
        finish(value &+ 0x9E37_79B9_7F4A_7C15)
    }

    private static func finish(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
