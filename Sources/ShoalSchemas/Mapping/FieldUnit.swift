/// How the value of a mapped field is written.
public enum FieldUnit: Hashable, Sendable {
    /// A number of milliseconds: of a time, since 1970.
    case milliseconds
    case seconds
    case minutes
    case microseconds
    case nanoseconds
    /// A time such as `2026-11-24T10:00:00.5+01:00` (without a zone: UTC), or a length such as `PT1H2M3S`.
    case iso8601
    /// A length such as `1:02:03` or `02:03`.
    case clock
    /// A length such as `45 min` or `1 h 20 min`.
    case words
    /// A time such as `24.11.2026 17:30`: the day, the month and the year (without a zone: UTC).
    case dayMonthYear
    /// A time such as `11/24/2026 5:30 PM`: the month, the day and the year.
    case monthDayYear
    /// The watched share of the video, 0 … 1.
    case share
    /// The watched share of the video, 0 … 100.
    case percent
    /// Topics in one string, between these characters.
    case split(separator: String)
    /// Not a path, but the value itself: a number of milliseconds.
    case constant

    /// The text form in a mapping, with ` as ` or ` split ` before it.
    var suffix: String {
        switch self {
        case .milliseconds: ""
        case .split(let separator): " split \(Self.names.first { $0.value == separator }?.key ?? separator)"
        case let unit: " as \(Self.units.first { $0.value == unit }?.key ?? "")"
        }
    }

    /// The names of the units.
    static let units: [String: FieldUnit] = [
        "ms": .milliseconds, "s": .seconds, "min": .minutes, "us": .microseconds, "ns": .nanoseconds,
        "iso8601": .iso8601, "clock": .clock, "words": .words, "dmy": .dayMonthYear, "mdy": .monthDayYear,
        "share": .share, "percent": .percent, "constant": .constant,
    ]

    /// What a value of the unit looks like, as in "expected …".
    public var example: String {
        switch self {
        case .milliseconds: "milliseconds"
        case .seconds: "seconds"
        case .minutes: "minutes"
        case .microseconds: "microseconds"
        case .nanoseconds: "nanoseconds"
        case .iso8601: "a time such as 2026-11-24T17:30:05Z, or a length such as PT1H2M"
        case .clock: "a length such as 1:02:03"
        case .words: "a length such as 1 h 20 min"
        case .dayMonthYear: "a time such as 24.11.2026 17:30"
        case .monthDayYear: "a time such as 11/24/2026 5:30 PM"
        case .share: "a number from 0 to 1"
        case .percent: "a number from 0 to 100"
        case .split, .constant: "a text"
        }
    }

    /// The names of separators that are hard to write.
    private static let names = ["comma": ",", "semicolon": ";", "pipe": "|", "space": " ", "tab": "\t", "slash": "/"]

    /// Returns the separator of a name, or the text itself.
    static func separator(_ text: String) -> String { names[text] ?? text }
}
