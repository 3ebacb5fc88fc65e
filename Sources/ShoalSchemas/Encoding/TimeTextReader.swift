/// Reads the parts of a time or a length from a text.
struct TimeTextReader: ~Escapable {
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

    /// The next digit.
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

    /// Reads one of the characters.
    mutating func takeOne(of characters: String) -> Character? {
        characters.first { character in character.unicodeScalars.first.map { take($0) } ?? false }
    }

    /// Reads letters after characters that may be left out.
    /// - Returns: The word in lower case; nil: it is not in the list, and nothing was read.
    mutating func word(after space: Unicode.Scalar, of words: Set<String>) -> String? {
        let start = at
        while take(space) {}
        var word = ""
        while at < text.count, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(text[at] | 0x20) {
            word.unicodeScalars.append(Unicode.Scalar(text[at] | 0x20))
            at += 1
        }
        if words.contains(word) { return word }
        at = start
        return nil
    }
}
