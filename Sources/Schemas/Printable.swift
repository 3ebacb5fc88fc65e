extension String {
    /// The text, which may be anybody's, fit for a terminal, a log or a page: nothing in it moves a cursor, turns the direction of
    /// writing, ends a line, or may not stand in XML. Such characters stand as `\u{1b}`.
    package var printable: String {
        guard unicodeScalars.contains(where: \.isUnprintable) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            if scalar.isUnprintable {
                text += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension Unicode.Scalar {
    /// Control characters of both sets, separators of lines, marks of direction, and what is no character.
    package var isUnprintable: Bool {
        value < 0x20 || (0x7F...0x9F).contains(value) || (0x200E...0x200F).contains(value)
            || (0x2028...0x202E).contains(value) || (0x2066...0x2069).contains(value) || value & 0xFFFE == 0xFFFE
    }
}
