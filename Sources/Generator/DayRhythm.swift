/// How much is watched at which hour, UTC: least before morning, most in the evening.
enum DayRhythm {
    /// Times the mean; a straight line between full hours.
    private static let hours: [Double] = [
        1.10, 0.70, 0.40, 0.25, 0.20, 0.22, 0.35, 0.50, 0.62, 0.70, 0.78, 0.85,
        0.95, 1.00, 1.00, 1.02, 1.10, 1.28, 1.60, 1.98, 2.20, 2.10, 1.75, 1.35,
    ]
    private static let mean = hours.reduce(0, +) / 24
    private static let millisecondsPerHour: Int64 = 3_600_000

    /// The factor of the rate at a time, in milliseconds since 1970.
    static func factor(_ time: Int64, _ strength: Double) -> Double {
        let hour = Int(time / millisecondsPerHour % 24)
        let part = Double(time % millisecondsPerHour) / Double(millisecondsPerHour)
        let value = hours[hour] + (hours[(hour + 1) % 24] - hours[hour]) * part
        return 1 + strength * (value / mean - 1)
    }

    /// The largest factor.
    static func most(_ strength: Double) -> Double {
        1 + strength * ((hours.max() ?? mean) / mean - 1)
    }
}
