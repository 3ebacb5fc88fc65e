internal import ShoalSchemas

/// The definition of a setting: name, type, default, range and description. The documentation is generated from the
/// table of settings.
public struct Setting: Sendable {
    public enum Kind: Sendable, Equatable {
        case text
        /// A valid Kafka topic name.
        case name
        /// A readable file.
        case file
        case integer(ClosedRange<Int64>)
        /// A percentage, such as `5%` or `5`.
        case percent
        /// A duration, such as `100ms`, `30s`, `1h`, `7d`; in milliseconds.
        case duration(ClosedRange<Int64>)
        /// A size, such as `4MiB`; in bytes.
        case bytes(ClosedRange<Int64>)
        case choice([String])
        /// An address, such as `127.0.0.1:8080` or `:8080`.
        case address
        /// A comma-separated list.
        case list
        /// A range of dates, such as `2000-01-01..2100-01-01`.
        case timeRange
    }

    /// Whether and how a setting affects the result.
    public enum Scope: String, Sendable {
        case no
        /// Recorded with models. Changes take effect with a higher `settings.revision`.
        case yes
        /// Read once, when the application begins.
        case start = "at the start"
        /// Fixed for an application's life.
        case fixed
    }

    public var name: String
    public var kind: Kind
    /// The default; `nil` for none.
    public var defaultValue: String?
    public var scope: Scope
    public var text: String

    /// The valid range, for the documentation.
    public var range: String {
        switch kind {
        case .text: "text"
        case .name: "name of letters, digits, `.`, `_`, `-`"
        case .file: "file"
        case .list: "list, separated by commas"
        case .timeRange: "auto, any or FROM..TO"
        case .address: "HOST:PORT or :PORT"
        case .choice(let words): words.joined(separator: ", ")
        case .percent: "0% … 100%"
        case .integer(let range): Self.span(range) { "\($0)" }
        case .duration(let range): "duration, " + Self.span(range, Formatting.setting)
        case .bytes(let range): "bytes, " + Self.span(range, Self.size)
        }
    }

    private static func span(_ range: ClosedRange<Int64>, _ text: (Int64) -> String) -> String {
        range.upperBound == .max
            ? "\(text(range.lowerBound)) or more" : "\(text(range.lowerBound)) … \(text(range.upperBound))"
    }

    /// Returns the problem with a value, or `nil`. An empty value unsets an earlier one if the setting has no default.
    func problem(_ value: String) -> String? {
        if value.isEmpty { return defaultValue == nil ? nil : "must not be empty" }
        let outside = "must be in \(range)"
        switch kind {
        case .text, .list, .file:
            return nil
        case .timeRange:
            return TimeRange(value) == nil
                ? "must be auto, any, or FROM..TO with dates or milliseconds since 1970, such as 2000-01-01..2100-01-01"
                : nil
        case .address:
            return ListenAddress(value) == nil ? "must be HOST:PORT or :PORT, such as 127.0.0.1:8080" : nil
        case .name:
            let isLegal = value.utf8.allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || ".-_".utf8.contains(byte)
            }
            guard isLegal, value != ".", value != ".." else {
                return "must consist of letters, digits, `.`, `_` and `-`"
            }
            return value.utf8.count <= Self.longestName ? nil : "must not be longer than \(Self.longestName) characters"
        case .choice(let words):
            let nearest = Names.nearest(value, words).map { "; did you mean \($0)?" } ?? ""
            return words.contains(value) ? nil : "must be one of \(words.joined(separator: ", "))\(nearest)"
        case .percent:
            guard let number = Self.percent(value) else { return "must be a whole number of percent such as 5%" }
            return (0...100).contains(number) ? nil : outside
        case .integer(let range):
            guard let number = Int64(value) else { return "must be a whole number" }
            return range.contains(number) ? nil : outside
        case .duration(let range):
            guard let number = Self.milliseconds(value) else {
                return "must be a duration such as 100ms, 30s, 5m, 1h or 7d"
            }
            return range.contains(number) ? nil : outside
        case .bytes(let range):
            guard let number = Self.bytes(value) else { return "must be a size such as 512KiB or 4MiB" }
            return range.contains(number) ? nil : outside
        }
    }

    /// The maximum length. Kafka's limit is 249, and names of internal and dead-letter topics have a suffix.
    private static let longestName = 200

    /// Parses a percentage: `5%`, `5 %` or `5`.
    public static func percent(_ text: String) -> Int64? {
        let digits = text.hasSuffix("%") ? text.dropLast() : text[...]
        return Int64(digits.trimmingSuffix { $0 == " " })
    }

    /// Parses a duration such as `100ms`, `30s`, `5m`, `1h`, `7d` to milliseconds.
    public static func milliseconds(_ text: String) -> Int64? {
        scaled(text, [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)])
    }

    /// Parses a size such as `512`, `64KiB`, `4MiB`, `1GiB` to bytes.
    public static func bytes(_ text: String) -> Int64? {
        Int64(text).flatMap { $0 >= 0 ? $0 : nil }
            ?? scaled(text, [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)])
    }

    private static func scaled(_ text: String, _ units: [(String, Int64)]) -> Int64? {
        for (unit, factor) in units where text.hasSuffix(unit) {
            guard let number = Int64(text.dropLast(unit.count)), number >= 0 else { continue }
            let (value, overflow) = number.multipliedReportingOverflow(by: factor)
            return overflow ? nil : value
        }
        return nil
    }

    static func size(_ bytes: Int64) -> String {
        for (unit, factor) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] as [(String, Int64)]
        where bytes > 0 && bytes % factor == 0 {
            return "\(bytes / factor)\(unit)"
        }
        return "\(bytes)"
    }
}

extension Substring {
    fileprivate func trimmingSuffix(while isPart: (Character) -> Bool) -> Substring {
        var text = self
        while let last = text.last, isPart(last) { text.removeLast() }
        return text
    }
}
