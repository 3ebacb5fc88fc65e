/// exp, ln and powers from + − × ÷ only, so that a stream is the same on every machine. The last digits of libm's
/// results differ.
enum Elementary {
    private static let ln2High = 0x1.62e42fee00000p-1
    private static let ln2Low = 0x1.a39ef35793c76p-33

    /// Returns eˣ for |x| ≤ 700: x = k ln 2 + r, and the Taylor series of eʳ.
    static func exp(_ x: Double) -> Double {
        let k = (x / (ln2High + ln2Low)).rounded()
        let r = (x - k * ln2High) - k * ln2Low
        var sum = 1.0
        for n in stride(from: 14.0, through: 1.0, by: -1.0) { sum = 1 + r / n * sum }
        return sum * Double(sign: .plus, exponent: Int(k), significand: 1)
    }

    /// Returns ln x for a normal positive x: x = 2ᵏ m, and ln m = 2 artanh((m − 1) / (m + 1)).
    static func ln(_ x: Double) -> Double {
        var k = Double(x.exponent)
        var m = x.significand
        if m > 1.414_213_562_373_095 {
            m /= 2
            k += 1
        }
        let s = (m - 1) / (m + 1)
        var sum = 0.0
        for n in stride(from: 23.0, through: 1.0, by: -2.0) { sum = sum * s * s + 1 / n }
        return k * ln2High + (2 * s * sum + k * ln2Low)
    }

    /// Returns xʸ for positive x.
    static func power(_ x: Double, _ y: Double) -> Double {
        exp(y * ln(x))
    }
}
