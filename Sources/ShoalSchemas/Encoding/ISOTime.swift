/// Times and lengths after ISO 8601, and lengths such as `1:02:03`, in milliseconds.
enum ISOTime {
    /// Parses a time such as `2026-11-24T10:00:00.25+01:00`, `2026-11-24 10:00`, `20261124T100000Z` or `2026-11-24`.
    /// Without a zone it is UTC. Digits after the milliseconds are cut.
    /// - Returns: Milliseconds since 1970; nil: it is not such a time.
    static func time(_ text: Span<UInt8>) -> Int64? {
        var reader = Reader(text)
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
        var reader = Reader(text)
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
        var reader = Reader(text)
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

    private struct Reader: ~Escapable {
        private let text: Span<UInt8>
        private var at = 0

        @_lifetime(copy text)
        init(_ text: Span<UInt8>) {
            self.text = text
        }

        var isAtEnd: Bool { at == text.count }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard at < text.count, text[at] == UInt8(ascii: character) else { return false }
            at += 1
            return true
        }

        private var digit: Int64? {
            guard at < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[at]) else { return nil }
            return Int64(text[at] - UInt8(ascii: "0"))
        }

        /// Reads exactly this number of digits.
        mutating func digits(_ count: Int) -> Int64? {
            let start = at
            var value: Int64 = 0
            while at < start + count {
                guard let digit else {
                    at = start
                    return nil
                }
                value = value * 10 + digit
                at += 1
            }
            return value
        }

        /// Reads one digit and more, up to 15.
        mutating func number() -> Int64? {
            let start = at
            var value: Int64 = 0
            while let digit, at < start + 15 {
                value = value * 10 + digit
                at += 1
            }
            return at > start ? value : nil
        }

        /// Reads a decimal point and its digits, if there are any.
        /// - Returns: Thousandths.
        mutating func fraction() -> Int64 {
            guard take(".") || take(",") else { return 0 }
            var (value, unit): (Int64, Int64) = (0, 100)
            while let digit {
                value += digit * unit
                unit /= 10
                at += 1
            }
            return value
        }

        /// Reads `Z`, `UTC`, `+01:00`, `+0100` or `+01`, or nothing.
        mutating func zone() -> Int64? {
            _ = take(" ")
            if isAtEnd || take("Z") || take("z") { return 0 }
            if take("U") { return take("T") && take("C") ? 0 : nil }
            let sign: Int64
            if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
            guard let hours = digits(2) else { return nil }
            _ = take(":")
            return sign * (hours * 60 + (digits(2) ?? 0)) * 60_000
        }
    }
}
