/// Formats numbers, shares and times for reports. The result does not depend on machine or locale.
package enum ReportWords {
    /// Formats with thousands separators: 12,345.
    /// - Parameter minus: The sign of a negative number.
    package static func number(_ value: some BinaryInteger, minus: String = "−") -> String {
        var digits = String(value.magnitude)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits = String(digits.dropLast(3))
        }
        return (value < 0 ? minus : "") + ([digits] + groups).joined(separator: ",")
    }

    /// Formats a number with a noun: 1 member, 2 members.
    package static func count(_ value: some BinaryInteger, _ word: String, minus: String = "−") -> String {
        "\(number(value, minus: minus)) \(word)\(value == 1 ? "" : "s")"
    }

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

    /// Formats value / unit with a fixed number of decimals, rounded half away from zero.
    private static func fixed(_ value: Int64, unit: Int64, digits: Int) -> String {
        let power = (0..<digits).reduce(UInt128(1)) { power, _ in power * 10 }
        let scaled = (UInt128(value.magnitude) * power * 2 + UInt128(unit)) / UInt128(2 * unit)
        let (whole, rest) = scaled.quotientAndRemainder(dividingBy: power)
        let tail = String(rest)
        let fraction = digits > 0 ? "." + String(repeating: "0", count: digits - tail.count) + tail : ""
        return (value < 0 && scaled > 0 ? "−" : "") + number(whole) + fraction
    }

    // MARK: - Times, UTC

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

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
