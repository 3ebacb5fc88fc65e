/// Logarithms to the base 2 with 16 binary digits after the point, computed with integers: the same on all machines.
enum FixedLogarithm {
    static let digits = 16

    /// Returns the logarithm of a number above 0, rounded down.
    ///
    /// Each squaring of the mantissa gives a digit (Majithia and Levan, 1973).
    static func log2(_ number: UInt64) -> Int64 {
        let zeros = number.leadingZeroBitCount
        var result = Int64(63 - zeros)
        // From 1 to 2, with 63 digits after the point.
        var mantissa = number << UInt64(zeros)
        for _ in 0..<digits {
            let square = mantissa.multipliedFullWidth(by: mantissa).high
            result <<= 1
            // The square is from 1 to 4, with 62 digits.
            if square >> 63 == 1 {
                result |= 1
                mantissa = square
            } else {
                mantissa = square << 1
            }
        }
        return result
    }
}
