/// Times and lengths as people write them, in milliseconds.
enum LocalTime {
    /// Parses a time such as `24.11.2026 17:30:05`, `24/11/26` or, with the month first, `11/24/2026 5:30 PM`. Without a
    /// zone it is UTC. Years of two digits are those from 1970 to 2069.
    /// - Returns: Milliseconds since 1970; nil: it is not such a time.
    static func time(_ text: Span<UInt8>, monthFirst: Bool) -> Int64? {
        var reader = TimeTextReader(text)
        guard let first = reader.number(), let separator = reader.takeOne(of: monthFirst ? "/-" : "./-"),
            let second = reader.number(), reader.takeOne(of: String(separator)) != nil, let year = year(&reader)
        else { return nil }
        let (month, day) = monthFirst ? (first, second) : (second, first)
        guard (1...12).contains(month), (1...CivilDate.days(inMonth: month, of: year)).contains(day) else { return nil }
        let date = CivilDate.daysSince1970(year: year, month: month, day: day) * 86_400_000
        guard !reader.isAtEnd else { return date }
        _ = reader.take(",")
        guard reader.take(" ") || reader.take("T"), let time = timeOfDay(&reader) else { return nil }
        guard let zone = reader.zone(), reader.isAtEnd else { return nil }
        return date + time - zone
    }

    private static func year(_ reader: inout TimeTextReader) -> Int64? {
        if let year = reader.digits(4) { return year }
        guard let year = reader.digits(2) else { return nil }
        return year < 70 ? 2_000 + year : 1_900 + year
    }

    /// Reads `17:30`, `17:30:05.5` or `5:30 PM`.
    private static func timeOfDay(_ reader: inout TimeTextReader) -> Int64? {
        guard var hour = reader.number(), hour <= 24, reader.take(":"), let minute = reader.digits(2), minute <= 59
        else {
            return nil
        }
        var rest: Int64 = 0
        if reader.take(":") {
            guard let second = reader.digits(2), second <= 60 else { return nil }
            rest = second * 1_000 + reader.fraction()
        }
        if let word = reader.word(after: " ", of: ["am", "pm"]) {
            guard (1...12).contains(hour) else { return nil }
            hour = hour % 12 + (word == "pm" ? 12 : 0)
        }
        return (hour * 60 + minute) * 60_000 + rest
    }

    /// Parses a length with units, such as `45 min`, `1 h 20 min` or `1h02m03s`.
    static func length(_ text: Span<UInt8>) -> Int64? {
        var reader = TimeTextReader(text)
        var length: Int64?
        while !reader.isAtEnd {
            guard let number = reader.number(), number < 1 << 40 else { return nil }
            let fraction = reader.fraction()
            guard let word = reader.word(after: " ", of: unitNames), let unit = units[word] else { return nil }
            length = (length ?? 0) + number * unit + fraction * unit / 1_000
            _ = reader.take(".")
            _ = reader.take(",")
            _ = reader.take(" ")
        }
        return length
    }

    private static let units: [String: Int64] = {
        var units: [String: Int64] = [:]
        for (size, names) in [
            (1, ["ms", "msec", "millisecond", "milliseconds"]), (1_000, ["s", "sec", "secs", "second", "seconds"]),
            (60_000, ["m", "min", "mins", "minute", "minutes"]), (3_600_000, ["h", "hr", "hrs", "hour", "hours"]),
            (86_400_000, ["d", "day", "days"]),
        ] as [(Int64, [String])] {
            for name in names { units[name] = size }
        }
        return units
    }()

    private static let unitNames = Set(units.keys)
}
