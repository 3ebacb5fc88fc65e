/// A scanner of JSON tokens over borrowed bytes.
struct JSONScanner: ~Escapable {
    private let span: Span<UInt8>
    private var at = 0
    /// Whether a number in a string may have a decimal comma.
    var acceptsComma = false
    /// The maximum nesting depth of unknown values.
    private static let deepest = 64

    @_lifetime(copy span)
    init(_ span: Span<UInt8>) {
        self.span = span
    }

    /// The byte that is read next, counted from 0.
    var offset: Int { at }

    /// Returns to a byte that was read before.
    mutating func back(to offset: Int) {
        at = offset
    }

    // MARK: - Structure

    @inline(__always)
    private mutating func skipSpace() {
        while at < span.count, span[at].isJSONSpace { at += 1 }
    }

    @inline(__always)
    mutating func peek() throws(Rejection) -> UInt8 {
        skipSpace()
        guard at < span.count else { throw .badJSON }
        return span[at]
    }

    @inline(__always)
    mutating func expect(_ byte: UInt8) throws(Rejection) {
        guard try peek() == byte else { throw .badJSON }
        at += 1
    }

    @inline(__always)
    mutating func take(_ byte: UInt8) throws(Rejection) -> Bool {
        guard try peek() == byte else { return false }
        at += 1
        return true
    }

    /// Reads a comma and returns true, or reads the end of the object or array and returns false.
    @inline(__always)
    mutating func comma(before end: UInt8) throws(Rejection) -> Bool {
        if try take(UInt8(ascii: ",")) { return true }
        try expect(end)
        return false
    }

    @inline(__always)
    mutating func takeNull() throws(Rejection) -> Bool {
        guard try peek() == UInt8(ascii: "n") else { return false }
        try word("null")
        return true
    }

    /// Checks that only white space follows.
    mutating func end() throws(Rejection) {
        skipSpace()
        guard at == span.count else { throw .badJSON }
    }

    /// The error of a value of another type than the one that is expected.
    mutating func mismatch() throws(Rejection) -> Rejection {
        switch try peek() {
        case UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "t"), UInt8(ascii: "f"): .badField
        default: isNumber ? .badField : .badJSON
        }
    }

    /// Whether a number begins here.
    private var isNumber: Bool {
        at < span.count
            && (span[at] == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(span[at]))
    }

    private mutating func word(_ word: StaticString) throws(Rejection) {
        guard span.count - at >= word.utf8CodeUnitCount else { throw .badJSON }
        for index in 0..<word.utf8CodeUnitCount {
            // Safe: the index is within the static string.
            let byte = unsafe word.utf8Start[index]
            if span[at + index] != byte { throw .badJSON }
        }
        at += word.utf8CodeUnitCount
    }

    // MARK: - Strings

    /// Reads a string, resolves its escapes and appends it to the event's text.
    mutating func string(into event: inout WatchEvent) throws(Rejection) -> Range<Int> {
        try expect(UInt8(ascii: "\""))
        let start = event.text.count
        var from = at
        var isASCII = true
        while true {
            at = plainEnd(from: at)
            guard at < span.count, span[at] >= 0x20 else { throw .badJSON }
            switch span[at] {
            case UInt8(ascii: "\""):
                let copied = event.append(span, from..<at)
                at += 1
                let range = start..<copied.upperBound
                guard isASCII || event.isUTF8(range) else { throw .badUTF8 }
                return range
            case UInt8(ascii: "\\"):
                _ = event.append(span, from..<at)
                at += 1
                try escape(&event)
                isASCII = false
                from = at
            default:
                isASCII = false
                while at < span.count, span[at] >= 0x80 { at += 1 }
            }
        }
    }

    /// Reads a string without escapes and of ASCII only, in place.
    /// - Returns: where its bytes are, without quotation marks; nil: it is another one, and was not read.
    mutating func plainString() throws(Rejection) -> Range<Int>? {
        guard try peek() == UInt8(ascii: "\"") else { throw .badJSON }
        let start = at + 1
        let end = plainEnd(from: start)
        guard end < span.count, span[end] == UInt8(ascii: "\"") else { return nil }
        at = end + 1
        return start..<end
    }

    /// Returns the first byte from a place on that is not ASCII, or that a string cannot contain as it is.
    @inline(__always)
    private func plainEnd(from start: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops = ones << 7
        var end = start
        while end + 8 <= span.count {
            // Safe: any eight bytes are a UInt64, and they are within the span.
            let word = unsafe span.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: end, as: UInt64.self)
                .littleEndian
            let (quotes, backslashes) = (word ^ ones * 0x22, word ^ ones * 0x5C)
            // The lowest bit that is set is that of the first such byte: borrows only reach later ones. See "Determine if a
            // word has a byte less than n" in Sean Anderson's Bit Twiddling Hacks.
            let zeros = (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes
            let found = (zeros | (word &- ones * 0x20) & ~word | word) & tops
            if found != 0 { return end + found.trailingZeroBitCount / 8 }
            end += 8
        }
        while end < span.count, span[end] >= 0x20, span[end] < 0x80, span[end] != UInt8(ascii: "\""),
            span[end] != UInt8(ascii: "\\")
        {
            end += 1
        }
        return end
    }

    /// The bytes of a string that was read in place.
    @_lifetime(copy self)
    func bytes(_ range: Range<Int>) -> Span<UInt8> { span.extracting(range) }

    private mutating func escape(_ event: inout WatchEvent) throws(Rejection) {
        event.text.append(contentsOf: UTF8.encode(try escape()) ?? .init())
    }

    /// The character of an escape, whose backslash has been read.
    private mutating func escape() throws(Rejection) -> Unicode.Scalar {
        guard at < span.count else { throw .badJSON }
        let byte = span[at]
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            var scalar = try hex4()
            if scalar & 0xFC00 == 0xD800 {
                guard span.count - at >= 6, span[at] == UInt8(ascii: "\\"), span[at + 1] == UInt8(ascii: "u") else {
                    throw .badUTF8
                }
                at += 2
                let low = try hex4()
                guard low & 0xFC00 == 0xDC00 else { throw .badUTF8 }
                scalar = 0x10000 + (scalar & 0x3FF) << 10 + (low & 0x3FF)
            }
            guard let scalar = Unicode.Scalar(scalar) else { throw .badUTF8 }
            return scalar
        default: throw .badJSON
        }
    }

    private mutating func hex4() throws(Rejection) -> UInt32 {
        guard span.count - at >= 4 else { throw .badJSON }
        var value: UInt32 = 0
        for _ in 0..<4 {
            let byte = span[at]
            at += 1
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw .badJSON
            }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    // MARK: - Identifiers and numbers

    /// A string, or a whole number as its digits, appended to the event's text.
    mutating func identifier(into event: inout WatchEvent) throws(Rejection) -> Range<Int> {
        if try peek() == UInt8(ascii: "\"") { return try string(into: &event) }
        guard isNumber else { throw try mismatch() }
        let start = at
        let decimal = try decimal()
        guard decimal.isWhole, decimal.digits.upperBound == at else { throw .badField }
        return event.append(span, start..<at)
    }

    /// A 64-bit integer, as a number or as a string. The number may be written as `6e4` or `12.0`; a fraction is cut.
    /// - Parameter exponent: the number is multiplied by this power of ten, exactly.
    mutating func integer(
        times exponent: Int = 0, outOfRange: Rejection = .numberOutOfRange
    ) throws(Rejection) -> Int64 {
        if exponent == 0, try peek() != UInt8(ascii: "\""), let plain = plainNumber(), plain.scale == 1 {
            at = plain.end
            return Int64(plain.digits)
        }
        let decimal = try numberOrString()
        var magnitude: UInt64 = 0
        var place = decimal.point + exponent - 1
        for index in decimal.digits {
            let byte = span[index]
            // A decimal point or comma.
            if byte < UInt8(ascii: "0") { continue }
            if place < 0 { break }
            if magnitude != 0 || byte != UInt8(ascii: "0") {
                guard place <= 18, magnitude <= 922_337_203_685_477_579 else { throw outOfRange }
                magnitude = magnitude * 10 + UInt64(byte - UInt8(ascii: "0"))
            }
            place -= 1
        }
        while magnitude != 0, place >= 0 {
            guard magnitude <= 922_337_203_685_477_579 else { throw outOfRange }
            magnitude *= 10
            place -= 1
        }
        guard magnitude <= UInt64(Int64.max) else { throw outOfRange }
        return decimal.isNegative ? -Int64(magnitude) : Int64(magnitude)
    }

    /// Returns ⌊w · 2¹⁶ + ½⌋ of a number or a string, computed exactly from its decimal digits. The bound between two
    /// results has 17 decimals, so 20 decimals are enough to round correctly.
    mutating func weight() throws(Rejection) -> UInt32 {
        if try peek() != UInt8(ascii: "\""), let plain = plainNumber() {
            guard plain.digits < 65_536 * plain.scale else { throw .badWeight }
            at = plain.end
            return UInt32(clamping: (plain.digits * 131_072 + plain.scale) / (2 * plain.scale))
        }
        let decimal = try numberOrString()
        var scaled: UInt128 = 0
        var place = decimal.point - 1
        let scale = 20
        for index in decimal.digits {
            let byte = span[index]
            if byte < UInt8(ascii: "0") { continue }
            let digit = UInt128(byte - UInt8(ascii: "0"))
            if digit != 0 {
                guard place <= 4 else { throw .badWeight }
                if place >= -scale { scaled += digit * Self.power(place + scale) }
            }
            place -= 1
        }
        if decimal.isNegative, scaled != 0 { throw .badWeight }
        let one = Self.power(scale)
        guard scaled < one * 65_536 else { throw .badWeight }
        return UInt32(clamping: (scaled * 131_072 + one) / (2 * one))
    }

    /// A number of at most 13 digits without sign and exponent: `digits / scale`.
    private struct PlainNumber {
        /// The digits, as if there were no decimal point.
        var digits: UInt64
        /// A power of ten.
        var scale: UInt64
        var end: Int
    }

    /// Returns the number that begins here if it is as plain as most numbers are; nil: it is another one, or none. Reads
    /// nothing.
    @inline(__always)
    private func plainNumber() -> PlainNumber? {
        var number = PlainNumber(digits: 0, scale: 1, end: at)
        func digit(_ place: Int) -> UInt64? {
            guard place < span.count else { return nil }
            let digit = span[place] &- UInt8(ascii: "0")
            return digit < 10 ? UInt64(digit) : nil
        }
        while let digit = digit(number.end) {
            number.digits = number.digits &* 10 &+ digit
            number.end += 1
        }
        let whole = number.end - at
        var most = 13
        guard whole > 0, whole == 1 || span[at] != UInt8(ascii: "0") else { return nil }
        if number.end < span.count, span[number.end] == UInt8(ascii: ".") {
            number.end += 1
            most += 1
            while let digit = digit(number.end) {
                number.digits = number.digits &* 10 &+ digit
                number.scale = number.scale &* 10
                number.end += 1
            }
            guard number.scale > 1 else { return nil }
        }
        let hasExponent = number.end < span.count && span[number.end] | 0x20 == UInt8(ascii: "e")
        return number.end - at <= most && !hasExponent ? number : nil
    }

    /// A number, or a string that holds one and nothing else, with a decimal comma if that is accepted.
    private mutating func numberOrString() throws(Rejection) -> Decimal {
        guard try take(UInt8(ascii: "\"")) else {
            guard isNumber else { throw try mismatch() }
            return try decimal()
        }
        do throws(Rejection) {
            let decimal = try decimal(withComma: acceptsComma)
            guard at < span.count, span[at] == UInt8(ascii: "\"") else { throw .badField }
            at += 1
            return decimal
        } catch {
            throw .badField
        }
    }

    private static func power(_ exponent: Int) -> UInt128 {
        var value: UInt128 = 1
        for _ in 0..<exponent { value *= 10 }
        return value
    }

    private struct Decimal {
        var isNegative = false
        /// The bytes of all digits and of the decimal point.
        var digits: Range<Int>
        /// The number of digits before the decimal point, the exponent included.
        var point: Int
        /// Whether it has neither a point nor an exponent other than 0.
        var isWhole: Bool { point == digits.count }
    }

    private mutating func decimal(withComma: Bool = false) throws(Rejection) -> Decimal {
        let isNegative = at < span.count && span[at] == UInt8(ascii: "-")
        if isNegative { at += 1 }
        let start = at
        let whole = skipDigits()
        guard whole > 0, whole == 1 || span[start] != UInt8(ascii: "0") else { throw .badJSON }
        if at < span.count, span[at] == UInt8(ascii: ".") || withComma && span[at] == UInt8(ascii: ",") {
            at += 1
            guard skipDigits() > 0 else { throw .badJSON }
        }
        let end = at
        var exponent = 0
        if at < span.count, span[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            let isBelow = at < span.count && span[at] == UInt8(ascii: "-")
            if isBelow || at < span.count && span[at] == UInt8(ascii: "+") { at += 1 }
            let first = at
            guard skipDigits() > 0 else { throw .badJSON }
            for index in first..<at {
                exponent = min(exponent * 10 + Int(span[index] - UInt8(ascii: "0")), 1 << 40)
            }
            if isBelow { exponent = -exponent }
        }
        return Decimal(isNegative: isNegative, digits: start..<end, point: whole + exponent)
    }

    private mutating func skipDigits() -> Int {
        let start = at
        while at < span.count, span[at] >= UInt8(ascii: "0"), span[at] <= UInt8(ascii: "9") { at += 1 }
        return at - start
    }

    /// Appends a number, `true` or `false` to the event's text as it is written.
    mutating func rest(ofScalarInto event: inout WatchEvent) throws(Rejection) -> Range<Int> {
        let start = at
        try skipValue()
        var end = at
        // White space behind the value is skipped with it.
        while end > start, span[end - 1].isJSONSpace { end -= 1 }
        return event.append(span, start..<end)
    }

    // MARK: - Anything

    /// Skips the value of an unknown field, checking its form.
    mutating func skipValue() throws(Rejection) {
        var closers: [UInt8] = []
        repeat {
            switch try peek() {
            case UInt8(ascii: "{"):
                at += 1
                if try take(UInt8(ascii: "}")) { break }
                closers.append(UInt8(ascii: "}"))
                try skipName()
                continue
            case UInt8(ascii: "["):
                at += 1
                if try take(UInt8(ascii: "]")) { break }
                closers.append(UInt8(ascii: "]"))
                continue
            case UInt8(ascii: "\""): try skipString()
            case UInt8(ascii: "t"): try word("true")
            case UInt8(ascii: "f"): try word("false")
            case UInt8(ascii: "n"): try word("null")
            default: _ = try decimal()
            }
            while let closer = closers.last {
                if try comma(before: closer) {
                    if closer == UInt8(ascii: "}") { try skipName() }
                    break
                }
                closers.removeLast()
            }
            guard closers.count <= Self.deepest else { throw .badJSON }
        } while !closers.isEmpty
    }

    private mutating func skipName() throws(Rejection) {
        try skipString()
        try expect(UInt8(ascii: ":"))
    }

    /// Skips a string, checking its escapes and its UTF-8.
    private mutating func skipString() throws(Rejection) {
        try expect(UInt8(ascii: "\""))
        let start = at
        var isASCII = true
        while at < span.count {
            let byte = span[at]
            at += 1
            if byte == UInt8(ascii: "\"") {
                guard isASCII || (try? UTF8Span(validating: span.extracting(start..<at))) != nil else { throw .badUTF8 }
                return
            }
            if byte < 0x20 { throw .badJSON }
            if byte == UInt8(ascii: "\\") { _ = try escape() }
            if byte >= 0x80 { isASCII = false }
        }
        throw .badJSON
    }
}
