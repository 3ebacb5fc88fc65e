internal import ShoalSchemas

/// HTML that is also well-formed XML. Values interpolated into a literal are escaped as text, unless they are `Markup`,
/// so a topic's name can never become a tag.
struct Markup: ExpressibleByStringInterpolation, Sendable {
    private(set) var text: String

    init() { text = "" }
    init(stringLiteral value: String) { text = value }
    init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    /// Concatenates parts.
    init(_ parts: some Sequence<Markup>) {
        text = ""
        for part in parts { text += part.text }
    }

    static func += (left: inout Markup, right: Markup) { left.text += right.text }

    var isEmpty: Bool { text.isEmpty }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 8)
        }

        mutating func appendLiteral(_ literal: String) { text += literal }
        mutating func appendInterpolation(_ markup: Markup) { text += markup.text }
        mutating func appendInterpolation(_ parts: [Markup]) {
            for part in parts { text += part.text }
        }
        mutating func appendInterpolation(_ value: some BinaryInteger) { text += String(value) }
        mutating func appendInterpolation(_ value: String) { text += value.escaped }

        /// Appends a coordinate with one decimal.
        mutating func appendInterpolation(_ value: Double) { text += Self.tenths(value) }

        private static func tenths(_ value: Double) -> String {
            let tenths = Int((value * 10).rounded())
            let (whole, rest) = tenths.magnitude.quotientAndRemainder(dividingBy: 10)
            return (tenths < 0 ? "-" : "") + (rest == 0 ? "\(whole)" : "\(whole).\(rest)")
        }
    }
}

extension String {
    /// The text escaped for use as content or as an attribute's value.
    fileprivate var escaped: String {
        let plain = printable
        guard plain.utf8.contains(where: { [0x22, 0x26, 0x27, 0x3C, 0x3E].contains($0) }) else { return plain }
        var text = ""
        for scalar in plain.unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
