/// The integer rules of the engine: what two engineers would round differently, rounded once.
enum Arithmetic {
    /// ⌊time / length⌋, toward −∞.
    @inline(__always)
    static func epoch(of time: Int64, length: Int64) -> Epoch {
        let quotient = time / length
        return time % length < 0 ? quotient - 1 : quotient
    }

    /// (w + (1 ≪ s ≫ 1)) ≫ s; 0 from 32 on.
    @inline(__always)
    static func roundedShift(_ weight: UInt32, _ shift: Int64) -> UInt32 {
        guard shift < 32 else { return 0 }
        let half = (UInt64(1) << UInt64(shift)) >> 1
        return UInt32(truncatingIfNeeded: (UInt64(weight) + half) >> UInt64(shift))
    }

    /// How much of a video was watched, Q16, 0 … 2¹⁶; where its length is unknown (0), 1 − 2^(−watched / 30 s).
    static func engagement(watched: Int64, duration: Int64, minimum percent: Int64) -> UInt32 {
        if duration > 0 {
            // Both are at most 2⁵³, and the percentage 100.
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

    /// What an event counts at its time, seen from a landmark: 2^((t − L) / H).
    struct Growth {
        /// Q30, 1 … 2.
        private var factor: UInt64 = 0
        private var shift: UInt64 = 0

        /// - Parameters:
        ///   - time: less than a half-life behind the landmark, or before it; both within 2⁵³ ms of 1970.
        ///   - halfLife: in ms.
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

        /// An event's weight: engagement · weight · 2^((t − L) / H); both Q16.
        @inline(__always)
        func weight(engagement: UInt32, weight: UInt32) -> UInt64 {
            // Less than 2³² times at most 2³¹.
            ((((UInt64(engagement) * UInt64(weight)) >> 16) * factor) >> 30) >> shift
        }
    }

    /// ⌊√x⌋.
    static func squareRoot(_ x: UInt128) -> UInt64 {
        guard x > 0 else { return 0 }
        // A double's root is right to about 2⁻⁵² of itself: a few Newton steps in integers make it exact.
        var root = UInt128(Double(x).squareRoot())
        for _ in 0..<4 where root > 0 {
            root = (root + x / root) >> 1
        }
        while root * root > x { root -= 1 }
        while (root + 1) * (root + 1) <= x { root += 1 }
        return UInt64(truncatingIfNeeded: root)
    }
}
