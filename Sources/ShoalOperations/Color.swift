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
