import Foundation

/// Formats numbers, durations, times and lists for people. The texts do not depend on machine or locale.
package enum Formatting {
    /// Formats with thousands separators: 12,345.
    /// - Parameter minus: The sign of a negative number.
    package static func number(_ value: some BinaryInteger, minus: String = "-") -> String {
        var digits = String(value.magnitude)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits = String(digits.dropLast(3))
        }
        return (value < 0 ? minus : "") + ([digits] + groups).joined(separator: ",")
    }

    /// Formats a number with a noun: 1 member, 2 members.
    /// - Parameter plural: The noun for other numbers than 1; nil to append an s.
    package static func count(
        _ value: some BinaryInteger, _ word: String, plural: String? = nil, minus: String = "-"
    ) -> String {
        "\(number(value, minus: minus)) \(value == 1 ? word : plural ?? word + "s")"
    }

    /// Formats a number that was rounded down to a multiple of `step`: "at least 12,300", or "fewer than 100" for 0.
    package static func atLeast(_ value: Int64, step: Int64) -> String {
        if step <= 1 { return number(value) }
        return value == 0 ? "fewer than \(number(step))" : "at least \(number(value))"
    }

    /// Formats value / unit with a fixed number of decimals, rounded half away from zero.
    package static func decimal(_ value: Int64, unit: Int64, digits: Int, minus: String = "-") -> String {
        let power = (0..<digits).reduce(UInt128(1)) { power, _ in power * 10 }
        let scaled = (UInt128(value.magnitude) * power * 2 + UInt128(unit)) / UInt128(2 * unit)
        let (whole, rest) = scaled.quotientAndRemainder(dividingBy: power)
        let tail = String(rest)
        let fraction = digits > 0 ? "." + String(repeating: "0", count: digits - tail.count) + tail : ""
        return (value < 0 && scaled > 0 ? minus : "") + number(whole) + fraction
    }

    /// Formats a number without a trailing `.0`.
    package static func brief(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? "\(Int(value))" : "\(value)"
    }

    /// Formats a share of one as whole percent, rounded down: 12 %.
    package static func percent(_ share: Double) -> String { "\(Int(share * 100)) %" }

    /// Formats numbers in order, with ranges: 0 … 3, 7.
    /// - Parameters:
    ///   - to: The sign between the ends of a range.
    ///   - most: The maximum number of ranges and single numbers, after which the rest is left out.
    package static func list<Number: FixedWidthInteger>(
        _ numbers: [Number], to: String = " … ", most: Int = 20
    ) -> String {
        var runs: [(first: Number, last: Number)] = []
        for number in numbers.sorted() {
            if let run = runs.last, number - run.last <= 1 {
                runs[runs.count - 1].last = number
            } else {
                runs.append((number, number))
            }
        }
        let parts = runs.flatMap { first, last in
            last - first > 1 ? ["\(first)\(to)\(last)"] : first == last ? ["\(first)"] : ["\(first)", "\(last)"]
        }
        return parts.prefix(most).joined(separator: ", ") + (parts.count > most ? ", …" : "")
    }

    // MARK: - Times and durations

    /// Formats a time in ms since 1970 as `2026-11-24T10:00:00Z`.
    package static func time(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(.iso8601)
    }

    /// Formats a time span as `12 s`, `5 min`, `3 h`, `2 d`: in the largest unit of which there are at least two.
    package static func span(_ seconds: Double) -> String {
        for (unit, size) in [("d", 86_400), ("h", 3_600), ("min", 60)] where seconds >= Double(2 * size) {
            return "\(Int(seconds) / size) \(unit)"
        }
        return seconds > 0 && seconds < 1 ? "< 1 s" : "\(Int(seconds)) s"
    }

    /// Formats a measured duration as `1.4 s`, `12 s`, `1 m 12 s`.
    package static func elapsed(_ duration: Duration) -> String {
        let seconds = duration / .seconds(1)
        if seconds < 10 { return "\(decimal(Int64(seconds * 1_000), unit: 1_000, digits: 1)) s" }
        return seconds < 60 ? "\(Int(seconds)) s" : "\(Int(seconds) / 60) m \(Int(seconds) % 60) s"
    }

    /// Formats a duration in ms as settings are written, in the largest unit that divides it: 90s, 2h, 500ms.
    package static func setting(_ milliseconds: Int64) -> String {
        for (unit, factor) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)] as [(String, Int64)]
        where milliseconds > 0 && milliseconds % factor == 0 {
            return "\(milliseconds / factor)\(unit)"
        }
        return "\(milliseconds)ms"
    }
}
