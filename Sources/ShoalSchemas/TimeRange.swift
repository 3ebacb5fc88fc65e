/// The range of plausible event times (`input.time-range`), in milliseconds since 1970.
///
/// The text is `auto`, `any` or `FROM..TO`. Each end is a date (2000-01-01), a time (2000-01-01T00:00:00Z) or
/// milliseconds since 1970. An omitted end is that of `auto`.
public struct TimeRange: Equatable, Sendable, CustomStringConvertible {
    /// The earliest plausible time.
    public var from: Int64
    /// The latest plausible time; nil: one year after the record's own timestamp.
    public var through: Int64?

    /// 2000-01-01T00:00:00Z.
    public static let defaultFrom: Int64 = 946_684_800_000
    /// 2100-01-01T00:00:00Z: the latest plausible time of an event without a usable timestamp, as in a file.
    public static let latestWithoutTimestamp: Int64 = 4_102_444_800_000
    /// How far an event may be ahead of its record's timestamp: 366 days.
    public static let year: Int64 = 366 * 86_400_000
    /// The last millisecond of the year 9999.
    public static let latest: Int64 = 253_402_300_799_999

    public static let any = TimeRange(from: 0, through: latest)

    /// Creates a range. Ends that are left out are those of `auto`.
    public init(from: Int64 = TimeRange.defaultFrom, through: Int64? = nil) {
        self.from = from
        self.through = through
    }

    /// Parses the text of the setting; nil if it is malformed, or if the range ends before it begins.
    public init?(_ text: String) {
        self.init()
        switch text {
        case "auto": return
        case "any": self = .any
        default:
            guard let dots = text.firstRange(of: "..") else { return nil }
            let (first, last) = (text[..<dots.lowerBound], text[dots.upperBound...])
            if !first.isEmpty {
                guard let time = Self.time(first) else { return nil }
                from = time
            }
            if !last.isEmpty {
                guard let time = Self.time(last) else { return nil }
                through = time
            }
            guard !first.isEmpty || !last.isEmpty, from <= through ?? Self.latest else { return nil }
        }
    }

    /// The form that `init` reads.
    public var description: String {
        if self == TimeRange() { return "auto" }
        if self == .any { return "any" }
        return "\(from)..\(through.map { "\($0)" } ?? "")"
    }

    /// Whether an event's time is plausible.
    /// - Parameter timestamp: The record's timestamp in milliseconds since 1970; nil: none. One before 2000 counts as
    ///   none.
    @inline(__always)
    func contains(_ time: Int64, timestamp: Int64?) -> Bool {
        guard time >= from else { return false }
        if let through { return time <= through }
        guard let timestamp, timestamp >= Self.defaultFrom else { return time <= Self.latestWithoutTimestamp }
        return time - Self.year <= timestamp
    }

    /// Returns the unit, other than milliseconds, in which the time is between 2000 and 2100; nil if no unit matches.
    static func unit(of time: Int64) -> Fault.Unit? {
        let seconds = (defaultFrom / 1_000)..<(latestWithoutTimestamp / 1_000)
        if seconds.contains(time) { return .seconds }
        if seconds.contains(time / 1_000_000) { return .microseconds }
        return seconds.contains(time / 1_000_000_000) ? .nanoseconds : nil
    }

    // MARK: - Dates

    private static func time(_ text: Substring) -> Int64? {
        if let number = Int64(text) { return (0...latest).contains(number) ? number : nil }
        let parts = text.split(separator: "T", omittingEmptySubsequences: false)
        guard parts.count <= 2, let day = day(parts[0]) else { return nil }
        guard parts.count == 2 else { return day * 86_400_000 }
        guard parts[1].utf8.count == 9, parts[1].last == "Z",
            let clock = numbers(parts[1].dropLast(), [2, 2, 2], ":"),
            clock[0] < 24, clock[1] < 60, clock[2] < 60
        else { return nil }
        return day * 86_400_000 + (clock[0] * 3_600 + clock[1] * 60 + clock[2]) * 1_000
    }

    /// Days since 1970 of a date of the Gregorian calendar, 1970 to 9999.
    private static func day(_ text: Substring) -> Int64? {
        guard let date = numbers(text, [4, 2, 2], "-"), date[0] >= 1970, (1...12).contains(date[1]) else { return nil }
        guard (1...CivilDate.days(inMonth: date[1], of: date[0])).contains(date[2]) else { return nil }
        return CivilDate.daysSince1970(year: date[0], month: date[1], day: date[2])
    }

    /// Parses numbers with the given counts of digits.
    private static func numbers(_ text: Substring, _ digits: [Int], _ separator: Character) -> [Int64]? {
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == digits else { return nil }
        let values = parts.compactMap { part in
            part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int64(part) : nil
        }
        return values.count == digits.count ? values : nil
    }
}
