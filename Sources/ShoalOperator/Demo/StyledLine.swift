/// A terminal line of limited width. Text is truncated, and styles end with it.
struct StyledLine {
    /// A text style: parameters of ECMA-48's SGR.
    struct Style {
        var code: String

        static let plain = Style(code: "")
        static let bold = Style(code: "1")
        static let dim = Style(code: "2")
        static let red = Style(code: "31")
        static let green = Style(code: "32")
        static let yellow = Style(code: "33")
        static let cyan = Style(code: "36")

        /// Returns a cluster's colour: one of a dozen distinguishable ones.
        static func cluster(_ id: UInt32) -> Style {
            let tones = [39, 208, 77, 170, 220, 44, 203, 141, 113, 215, 75, 205, 149, 180]
            return Style(code: "38;5;\(tones[Int(id) % tones.count])")
        }
    }

    private(set) var text = ""
    /// The number of columns used. All characters are narrow.
    private(set) var width = 0
    let most: Int
    let hasColor: Bool

    /// The columns that a finished line takes: its characters, those of its control sequences left out.
    static func columns(of line: String) -> Int {
        var count = 0
        var isSequence = false
        for character in line {
            if character == "\u{1B}" {
                isSequence = true
            } else if isSequence {
                // A sequence ends with a letter.
                isSequence = !character.isLetter
            } else {
                count += 1
            }
        }
        return count
    }

    init(_ most: Int, hasColor: Bool) {
        self.most = most
        self.hasColor = hasColor
    }

    mutating func add(_ part: some StringProtocol, _ style: Style = .plain) {
        let room = most - width
        guard room > 0, !part.isEmpty else { return }
        var shown = String(part.prefix(room))
        if part.count > room { shown = shown.dropLast() + "…" }
        width += shown.count
        text += hasColor && !style.code.isEmpty ? "\u{1B}[\(style.code)m\(shown)\u{1B}[0m" : shown
    }

    /// Blanks up to a column.
    mutating func pad(to column: Int) {
        if column > width { add(String(repeating: " ", count: column - width)) }
    }

    /// Adds text that ends before a column.
    mutating func add(_ part: String, endingAt column: Int, _ style: Style = .plain) {
        pad(to: column - part.count)
        add(part, style)
    }
}
