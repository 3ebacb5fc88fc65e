/// Java-style properties: `key=value`, `key: value` or `key value`, comments with `#` and `!`, lines continued with `\`,
/// `\uXXXX` and the other escapes.
public enum Properties {
    public struct Entry: Equatable, Sendable {
        public var key: String
        public var value: String
        /// From 1.
        public var line: Int
    }

    public static func parse(_ text: String) -> [Entry] {
        var entries: [Entry] = []
        var logical = ""
        var first = 1
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let trimmed = line.drop { $0 == " " || $0 == "\t" || $0 == "\u{0C}" }
            if logical.isEmpty {
                if trimmed.isEmpty || trimmed.first == "#" || trimmed.first == "!" { continue }
                first = index + 1
            }
            let backslashes = trimmed.reversed().prefix { $0 == "\\" }.count
            if backslashes % 2 == 1 {
                logical += trimmed.dropLast()
                continue
            }
            entries.append(entry(logical + trimmed, line: first))
            logical = ""
        }
        if !logical.isEmpty { entries.append(entry(logical, line: first)) }
        return entries
    }

    private static func entry(_ text: String, line: Int) -> Entry {
        var rest = text[...]
        var key = ""
        while let character = rest.first, !" \t=:".contains(character) { key += next(&rest, character) }
        while let character = rest.first, character == " " || character == "\t" { rest.removeFirst() }
        if let character = rest.first, character == "=" || character == ":" { rest.removeFirst() }
        while let character = rest.first, character == " " || character == "\t" { rest.removeFirst() }
        var value = ""
        while let character = rest.first { value += next(&rest, character) }
        return Entry(key: key, value: value, line: line)
    }

    /// One character, its escape resolved.
    private static func next(_ rest: inout Substring, _ character: Character) -> String {
        rest.removeFirst()
        guard character == "\\", let escaped = rest.popFirst() else { return String(character) }
        switch escaped {
        case "t": return "\t"
        case "n": return "\n"
        case "r": return "\r"
        case "f": return "\u{0C}"
        case "u":
            guard rest.count >= 4, let code = UInt32(rest.prefix(4), radix: 16), let scalar = Unicode.Scalar(code)
            else { return "u" }
            rest.removeFirst(4)
            return String(scalar)
        default: return String(escaped)
        }
    }
}
