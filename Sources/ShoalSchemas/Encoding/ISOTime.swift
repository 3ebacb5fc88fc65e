/// Times and lengths after ISO 8601, and lengths such as `1:02:03`, in milliseconds.
enum ISOTime {
    /// Parses a time such as `2026-11-24T10:00:00.25+01:00`, `2026-11-24 10:00`, `20261124T100000Z` or `2026-11-24`.
    /// Without a zone it is UTC. Digits after the milliseconds are cut.
    /// - Returns: Milliseconds since 1970; nil: it is not such a time.
    static func time(_ text: Span<UInt8>) -> Int64? {
        var reader = TimeTextReader(text)
        guard let year = reader.digits(4) else { return nil }
        let isExtended = reader.take("-")
        guard let month = reader.digits(2), !isExtended || reader.take("-"), let day = reader.digits(2),
            (1...12).contains(month), (1...CivilDate.days(inMonth: month, of: year)).contains(day)
        else { return nil }
        var time = CivilDate.daysSince1970(year: year, month: month, day: day) * 86_400_000
        guard !reader.isAtEnd else { return time }
        guard reader.take("T") || reader.take("t") || reader.take(" ") else { return nil }
        guard let hour = reader.digits(2), hour <= 24 else { return nil }
        time += hour * 3_600_000
        let hasColons = reader.take(":")
        if let minute = reader.digits(2), minute <= 59 {
            time += minute * 60_000
            if !hasColons || reader.take(":"), let second = reader.digits(2) {
                guard second <= 60 else { return nil }
                time += second * 1_000 + reader.fraction()
            }
        } else if hasColons {
            return nil
        }
        guard let zone = reader.zone(), reader.isAtEnd else { return nil }
        return time - zone
    }

    /// Parses a length such as `PT1H2M3.5S` or `P1D`, without years and months.
    static func length(_ text: Span<UInt8>) -> Int64? {
        var reader = TimeTextReader(text)
        guard reader.take("P") || reader.take("p") else { return nil }
        var (length, isTime, hasPart): (Int64, Bool, Bool) = (0, false, false)
        while !reader.isAtEnd {
            if reader.take("T") || reader.take("t") {
                guard !isTime else { return nil }
                isTime = true
                continue
            }
            guard let number = reader.number(), number < 1 << 40 else { return nil }
            let fraction = reader.fraction()
            let unit: Int64
            if isTime, reader.take("H") || reader.take("h") {
                unit = 3_600_000
            } else if isTime, reader.take("M") || reader.take("m") {
                unit = 60_000
            } else if isTime, reader.take("S") || reader.take("s") {
                unit = 1_000
            } else if !isTime, reader.take("D") || reader.take("d") {
                unit = 86_400_000
            } else if !isTime, reader.take("W") || reader.take("w") {
                unit = 604_800_000
            } else {
                return nil
            }
            length += number * unit + fraction * (unit / 1_000)
            hasPart = true
        }
        return hasPart ? length : nil
    }

    /// Parses a length such as `1:02:03`, `02:03` or `45`: hours, minutes and seconds, the last with decimals.
    static func clock(_ text: Span<UInt8>) -> Int64? {
        var reader = TimeTextReader(text)
        var length: Int64 = 0
        for place in 0..<3 {
            guard let number = reader.number(), number < 1 << 40, place == 0 || number < 60 else { return nil }
            length = length * 60 + number
            if !reader.take(":") { break }
            if place == 2 { return nil }
        }
        let milliseconds = length * 1_000 + reader.fraction()
        return reader.isAtEnd ? milliseconds : nil
    }
}
