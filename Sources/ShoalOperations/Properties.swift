/// Parses Java properties (java.util.Properties): `key=value`, `key: value` or `key value`, comments with `#` and `!`,
/// continuation lines with `\`, `\uXXXX` and other escapes. UTF-8.
public enum Properties {
    public struct Entry: Equatable, Sendable {
        public var key: String
        public var value: String
        /// The line number, from 1; the first one of a continued line.
        public var line: Int
    }

    /// An invalid line.
    public struct Mistake: Error, Equatable, Sendable {
        public var text: String
        public var line: Int
    }

    /// Parses all lines. An invalid line does not affect others.
    public static func parse(_ text: String) -> (entries: [Entry], mistakes: [Mistake]) {
        var entries: [Entry] = []
        var mistakes: [Mistake] = []
        var open: (text: String.UnicodeScalarView, line: Int)?
        func end() {
            guard let (text, line) = open else { return }
            open = nil
            do throws(Mistake) {
                entries.append(try entry(text, line: line))
            } catch {
                mistakes.append(error)
            }
        }
        for (index, line) in lines(text).enumerated() {
            let content = line.drop(while: isSpace)
            if open == nil, content.isEmpty || content.first == "#" || content.first == "!" { continue }
            let isContinued = content.reversed().prefix { $0 == "\\" }.count % 2 == 1
            open = open ?? (String.UnicodeScalarView(), index + 1)
            open?.text.append(contentsOf: isContinued ? content.dropLast() : content)
            if !isContinued { end() }
        }
        end()
        return (entries, mistakes)
    }

    /// Splits into lines at `\n`, `\r` and `\r\n` only, as in Java.
    private static func lines(_ text: String) -> [Substring.UnicodeScalarView] {
        var lines: [Substring.UnicodeScalarView] = []
        var rest = Substring(text).unicodeScalars
        if rest.first == "\u{FEFF}" { rest.removeFirst() }
        while let end = rest.firstIndex(where: { $0 == "\n" || $0 == "\r" }) {
            lines.append(rest[..<end])
            let isPair = rest[end] == "\r" && rest[rest.index(after: end)...].first == "\n"
            rest = rest[rest.index(end, offsetBy: isPair ? 2 : 1)...]
        }
        lines.append(rest)
        return lines
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\t" || scalar == "\u{0C}"
    }

    private static func entry(_ text: String.UnicodeScalarView, line: Int) throws(Mistake) -> Entry {
        var rest = text[...]
        var key = String.UnicodeScalarView()
        while let scalar = rest.first, !isSpace(scalar), scalar != "=", scalar != ":" {
            try take(&rest, into: &key, line)
        }
        rest = rest.drop(while: isSpace)
        if rest.first == "=" || rest.first == ":" { rest = rest.dropFirst().drop(while: isSpace) }
        var value = String.UnicodeScalarView()
        while !rest.isEmpty { try take(&rest, into: &value, line) }
        return Entry(key: String(key), value: String(value), line: line)
    }

    /// Reads one character and resolves its escape.
    private static func take(
        _ rest: inout Substring.UnicodeScalarView, into text: inout String.UnicodeScalarView, _ line: Int
    ) throws(Mistake) {
        guard let scalar = rest.popFirst() else { return }
        guard scalar == "\\", let escaped = rest.popFirst() else {
            text.append(scalar)
            return
        }
        switch escaped {
        case "t": text.append("\t")
        case "n": text.append("\n")
        case "r": text.append("\r")
        case "f": text.append("\u{0C}")
        case "u": text.append(try unicode(&rest, line))
        default: text.append(escaped)
        }
    }

    /// Reads the character of `\uXXXX`, or of two that form a surrogate pair.
    private static func unicode(
        _ rest: inout Substring.UnicodeScalarView, _ line: Int
    ) throws(Mistake) -> Unicode.Scalar {
        var units = [try unit(&rest, line)]
        if UTF16.isLeadSurrogate(units[0]), rest.starts(with: "\\u".unicodeScalars) {
            rest = rest.dropFirst(2)
            units.append(try unit(&rest, line))
        }
        guard let text = String(validating: units, as: UTF16.self), let scalar = text.unicodeScalars.first else {
            throw Mistake(text: "half of a surrogate pair stands alone", line: line)
        }
        return scalar
    }

    private static func unit(_ rest: inout Substring.UnicodeScalarView, _ line: Int) throws(Mistake) -> UInt16 {
        let digits = String(rest.prefix(4))
        guard digits.utf8.count == 4, digits.first != "+", let unit = UInt16(digits, radix: 16) else {
            throw Mistake(text: "\\u must be followed by 4 hexadecimal digits", line: line)
        }
        rest = rest.dropFirst(4)
        return unit
    }
}
