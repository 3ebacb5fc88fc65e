/// The share of viewing by hour of the day (UTC): lowest before morning, highest in the evening.
enum DayRhythm {
    /// Factors of the mean rate at full hours. Times in between are interpolated linearly.
    private static let hours: [Double] = [
        1.10, 0.70, 0.40, 0.25, 0.20, 0.22, 0.35, 0.50, 0.62, 0.70, 0.78, 0.85,
        0.95, 1.00, 1.00, 1.02, 1.10, 1.28, 1.60, 1.98, 2.20, 2.10, 1.75, 1.35,
    ]
    private static let mean = hours.reduce(0, +) / 24
    private static let millisecondsPerHour: Int64 = 3_600_000

    /// Returns the rate's factor at a time in milliseconds since 1970.
    static func factor(_ time: Int64, _ strength: Double) -> Double {
        let hour = Int(time / millisecondsPerHour % 24)
        let part = Double(time % millisecondsPerHour) / Double(millisecondsPerHour)
        let value = hours[hour] + (hours[(hour + 1) % 24] - hours[hour]) * part
        return 1 + strength * (value / mean - 1)
    }

    /// Returns the largest factor.
    static func most(_ strength: Double) -> Double {
        1 + strength * ((hours.max() ?? mean) / mean - 1)
    }
}
