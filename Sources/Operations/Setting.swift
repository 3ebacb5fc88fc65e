/// One setting: its name, type, default, range, and what it is for. The table of all of them is the documentation.
public struct Setting: Sendable {
    public enum Kind: Sendable, Equatable {
        case text
        /// A file that has to be readable.
        case file
        case integer(ClosedRange<Int64>)
        /// As `100ms`, `30s`, `1h`, `7d`; milliseconds.
        case duration(ClosedRange<Int64>)
        /// As `4MiB`; bytes.
        case bytes(ClosedRange<Int64>)
        case choice([String])
        /// Separated by commas.
        case list
    }

    /// Whether a setting reaches the result.
    public enum Reach: String, Sendable {
        case no
        /// It travels in models, and changes with `settings.revision`.
        case yes
        /// Fixed for an application's life.
        case fixed
    }

    public var name: String
    public var kind: Kind
    /// nil: none.
    public var standard: String?
    public var reach: Reach
    public var text: String

    /// What is allowed, for the documentation.
    public var range: String {
        switch kind {
        case .text: "text"
        case .file: "file"
        case .list: "list, separated by commas"
        case .choice(let words): words.joined(separator: ", ")
        case .integer(let range): "\(range.lowerBound) … \(range.upperBound == .max ? "" : "\(range.upperBound)")"
        case .duration(let range): "duration, \(Self.duration(range.lowerBound)) or more"
        case .bytes(let range): "bytes, \(range.lowerBound) or more"
        }
    }

    /// What is wrong with a value; nil: nothing.
    func problem(_ value: String) -> String? {
        switch kind {
        case .text, .list, .file:
            return nil
        case .choice(let words):
            return words.contains(value) ? nil : "must be one of \(words.joined(separator: ", "))"
        case .integer(let range):
            guard let number = Int64(value) else { return "must be a whole number" }
            return range.contains(number) ? nil : "must be in \(self.range)"
        case .duration(let range):
            guard let number = Self.milliseconds(value) else {
                return "must be a duration such as 100ms, 30s, 5m, 1h or 7d"
            }
            return range.contains(number) ? nil : "must be \(Self.duration(range.lowerBound)) or more"
        case .bytes(let range):
            guard let number = Self.bytes(value) else { return "must be a size such as 512KiB or 4MiB" }
            return range.contains(number) ? nil : "must be \(range.lowerBound) bytes or more"
        }
    }

    /// Milliseconds of a duration as `100ms`, `30s`, `5m`, `1h`, `7d`; nil where it is none.
    public static func milliseconds(_ text: String) -> Int64? {
        scaled(text, [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)])
    }

    /// Bytes of a size as `512`, `64KiB`, `4MiB`, `1GiB`; nil where it is none.
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

    static func duration(_ milliseconds: Int64) -> String {
        for (unit, factor) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)] as [(String, Int64)]
        where milliseconds > 0 && milliseconds % factor == 0 {
            return "\(milliseconds / factor)\(unit)"
        }
        return "\(milliseconds)ms"
    }
}
