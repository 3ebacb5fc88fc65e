extension String {
    /// The text without anything that moves a terminal's cursor or ends a line: control characters stand as `\u{1b}`.
    public var printable: String {
        guard unicodeScalars.contains(where: \.isControl) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            if scalar.isControl {
                text += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension Unicode.Scalar {
    /// Control characters of both sets, and those that turn the direction of writing.
    var isControl: Bool {
        value < 0x20 || (0x7F...0x9F).contains(value) || (0x202A...0x202E).contains(value)
            || (0x2066...0x2069).contains(value)
    }
}

/// Colours of a terminal (ECMA-48).
public enum Color {
    public static func dim(_ text: String) -> String { paint(text, 2) }
    public static func bold(_ text: String) -> String { paint(text, 1) }
    public static func red(_ text: String) -> String { paint(text, 31) }
    public static func green(_ text: String) -> String { paint(text, 32) }
    public static func yellow(_ text: String) -> String { paint(text, 33) }
    public static func cyan(_ text: String) -> String { paint(text, 36) }

    private static func paint(_ text: String, _ code: Int) -> String { "\u{1B}[\(code)m\(text)\u{1B}[0m" }
}
