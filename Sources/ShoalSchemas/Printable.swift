extension String {
    /// The text without characters that act on a terminal, a log or a page: nothing in it moves the cursor, changes the writing
    /// direction, ends a line or is illegal in XML. Such characters are written as `\u{1b}`.
    ///
    /// Every text that comes from a topic, a broker or a file is shown through this property, through `printableLines` or
    /// through `printableJSON`.
    package var printable: String {
        replacing(\.isUnprintable) { "\\u{\(String($0.value, radix: 16))}" }
    }

    /// The same for text of several lines, whose line feeds stay.
    package var printableLines: String {
        replacing(\.isUnprintableInLine) { "\\u{\(String($0.value, radix: 16))}" }
    }

    /// The same for JSON, whose line feeds stay. Such characters are written as `\u009b`, which changes no value: in valid JSON
    /// they occur within strings only.
    package var printableJSON: String {
        replacing(\.isUnprintableInLine) { scalar in
            scalar.utf16.map { unit in
                let digits = String(unit, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }.joined()
        }
    }

    private func replacing(
        _ isReplaced: (Unicode.Scalar) -> Bool, _ replacement: (Unicode.Scalar) -> String
    ) -> String {
        guard unicodeScalars.contains(where: isReplaced) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            if isReplaced(scalar) {
                text += replacement(scalar)
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension Unicode.Scalar {
    /// The same for text of several lines.
    fileprivate var isUnprintableInLine: Bool { self != "\n" && isUnprintable }

    /// Whether it is a control character (C0, C1 or DEL), a line or paragraph separator, a mark of writing direction, or no
    /// character.
    package var isUnprintable: Bool {
        value < 0x20 || (0x7F...0x9F).contains(value) || value == 0x061C || (0x200E...0x200F).contains(value)
            || (0x2028...0x202E).contains(value) || (0x2066...0x2069).contains(value) || value & 0xFFFE == 0xFFFE
    }
}
