/// The engine's integer arithmetic. Each rounding rule is defined once, here.
enum Arithmetic {
    /// Returns ⌊time / length⌋, rounded toward −∞.
    @inline(__always)
    static func epoch(of time: Int64, length: Int64) -> Epoch {
        let quotient = time / length
        return time % length < 0 ? quotient - 1 : quotient
    }

    /// Returns (w + (1 ≪ s ≫ 1)) ≫ s; 0 for shifts of 32 or more.
    @inline(__always)
    static func roundedShift(_ weight: UInt32, _ shift: Int64) -> UInt32 {
        guard shift < 32 else { return 0 }
        let half = (UInt64(1) << UInt64(shift)) >> 1
        return UInt32(truncatingIfNeeded: (UInt64(weight) + half) >> UInt64(shift))
    }

    /// Returns the watched share of a video, Q16, 0 … 2¹⁶. If the duration is unknown (0), returns 1 − 2^(−watched / 30
    /// s).
    static func engagement(watched: Int64, duration: Int64, minimum percent: Int64) -> UInt32 {
        if duration > 0 {
            // Both values are at most 2⁵³ and the percentage at most 100, so the products cannot overflow.
            if 100 * watched < percent * duration { return 0 }
            if watched >= duration { return 1 << 16 }
            if watched < 1 << 47 { return UInt32(truncatingIfNeeded: (UInt64(watched) << 16) / UInt64(duration)) }
            return UInt32(truncatingIfNeeded: (UInt128(watched) << 16) / UInt128(duration))
        }
        let unit: Int64 = 30_000
        let remainder = (unit - watched % unit) % unit
        let shift = (watched + unit - 1) / unit
        guard shift < 31 else { return 1 << 16 }
        let power = UInt64(Exp2Table.values[Int(1_024 * remainder / unit)])
        return UInt32((1 << 16) - Int64((power >> UInt64(shift)) >> 14))
    }

    /// The weight of an event relative to a landmark: 2^((t − L) / H).
    struct Growth {
        /// The fraction of the growth below a power of two, Q30, 1 … 2.
        private var factor: UInt64 = 0
        private var shift: UInt64 = 0

        /// - Parameters:
        ///   - time: Before the landmark, or less than a half-life after it. Both are within 2⁵³ ms of 1970.
        ///   - halfLife: In milliseconds.
        @inline(__always)
        init(time: Int64, landmark: Int64, halfLife: Int64) {
            var distance = time - landmark
            if distance < 0 {
                let shift = (-distance + halfLife - 1) / halfLife
                guard shift < 64 else { return }
                distance += shift * halfLife
                self.shift = UInt64(shift)
            }
            factor = UInt64(Exp2Table.values[Int(1_024 * UInt64(distance) / UInt64(halfLife))])
        }

        /// Returns an event's weight: engagement · weight · 2^((t − L) / H). Both factors are Q16.
        @inline(__always)
        func weight(engagement: UInt32, weight: UInt32) -> UInt64 {
            // The product of a number below 2³² and one of at most 2³¹.
            ((((UInt64(engagement) * UInt64(weight)) >> 16) * factor) >> 30) >> shift
        }
    }

    /// Returns ⌊√x⌋.
    static func squareRoot(_ x: UInt128) -> UInt64 {
        guard x > 0 else { return 0 }
        // A double's root has a relative error of about 2⁻⁵². A few integer Newton steps make it exact.
        var root = UInt128(Double(x).squareRoot())
        for _ in 0..<4 where root > 0 {
            root = (root + x / root) >> 1
        }
        while root * root > x { root -= 1 }
        while (root + 1) * (root + 1) <= x { root += 1 }
        return UInt64(truncatingIfNeeded: root)
    }
}
