internal import ShoalSchemas

/// Formats numbers, shares and times for reports, with a typographic minus sign.
package enum ReportWords {
    private static let minus = "−"

    /// Formats with thousands separators: 12,345.
    static func number(_ value: some BinaryInteger) -> String { Formatting.number(value, minus: minus) }

    /// Formats a number with a noun: 1 member, 2 members.
    static func count(_ value: some BinaryInteger, _ word: String) -> String {
        Formatting.count(value, word, minus: minus)
    }

    /// Formats numbers as ranges: 1–16, 18.
    static func list(_ numbers: [some FixedWidthInteger]) -> String { Formatting.list(numbers, to: "–", most: .max) }

    /// Formats a number in short form for axes and tiles: 950, 12.3 k, 4.56 M.
    static func short(_ value: Int64) -> String {
        for (unit, size) in [("G", Int64(1_000_000_000)), ("M", 1_000_000), ("k", 1_000)] {
            guard value.magnitude >= size.magnitude else { continue }
            let digits = value.magnitude >= 100 * size.magnitude ? 0 : value.magnitude >= 10 * size.magnitude ? 1 : 2
            var text = fixed(value, unit: size, digits: digits)
            while text.contains("."), text.hasSuffix("0") || text.hasSuffix(".") { text.removeLast() }
            return "\(text) \(unit)"
        }
        return number(value)
    }

    /// Formats millionths as a percentage: 12.3 %.
    static func share(_ millionths: Int64, digits: Int = 1) -> String {
        fixed(millionths, unit: 10_000, digits: digits) + " %"
    }

    /// Formats millionths as a decimal number: 0.0123.
    static func decimal(_ millionths: Int64, digits: Int = 3) -> String {
        fixed(millionths, unit: 1_000_000, digits: digits)
    }

    static func part(_ part: Int64, of whole: Int64) -> String {
        whole > 0 ? share(Int64((Double(part) / Double(whole) * 1_000_000).rounded())) : "–"
    }

    private static func fixed(_ value: Int64, unit: Int64, digits: Int) -> String {
        Formatting.decimal(value, unit: unit, digits: digits, minus: minus)
    }

    // MARK: - Times, UTC

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

    /// Formats a time as `2026-01-01 14:00`.
    static func time(_ milliseconds: Int64) -> String {
        let time = CivilTime(milliseconds)
        return "\(time.year)-\(two(time.month))-\(two(time.day)) \(two(time.hour)):\(two(time.minute))"
    }

    /// Formats a time as `1 Jan 14:00`.
    static func shortTime(_ milliseconds: Int64) -> String {
        let time = CivilTime(milliseconds)
        return "\(day(milliseconds)) \(two(time.hour)):\(two(time.minute))"
    }

    /// Formats a time as `Thu 1 Jan 14:00`.
    package static func weekdayTime(_ milliseconds: Int64) -> String {
        "\(weekdays[CivilTime(milliseconds).weekday]) \(shortTime(milliseconds))"
    }

    /// Formats a time as `1 Jan`.
    static func day(_ milliseconds: Int64) -> String {
        let time = CivilTime(milliseconds)
        return "\(time.day) \(months[time.month - 1])"
    }

    /// Formats a time as `14:00`.
    static func clock(_ milliseconds: Int64) -> String {
        let time = CivilTime(milliseconds)
        return "\(two(time.hour)):\(two(time.minute))"
    }

    /// Formats a time as `Jan 2026`.
    static func month(_ milliseconds: Int64) -> String {
        let time = CivilTime(milliseconds)
        return "\(months[time.month - 1]) \(time.year)"
    }

    /// Formats a duration: `29.9 days`, `14 h`, `12 s`.
    static func span(_ milliseconds: Int64) -> String {
        let units: [(String, Int64)] = [(" days", 86_400_000), (" h", 3_600_000), (" min", 60_000)]
        for (unit, size) in units where milliseconds >= 2 * size {
            let text = fixed(milliseconds, unit: size, digits: milliseconds % size == 0 ? 0 : 1)
            return text + unit
        }
        return fixed(milliseconds, unit: 1_000, digits: milliseconds % 1_000 == 0 ? 0 : 1) + " s"
    }

    private static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
