/// How a file that is not one JSON object a line, and not Protobuf, can be read as if it were.
public enum FileShape: Equatable, Sendable {
    /// It needs no conversion, or cannot be converted.
    case asIs
    /// JSON objects that are elements of a list, or are written over several lines. `start` is the offset of the list.
    case values(start: Int)
    /// A table with a separator between cells, such as CSV.
    case table(separator: UInt8)

    /// The shape of a file, by its first bytes without a byte order mark.
    public init(_ bytes: [UInt8]) {
        let text = bytes[...].prefix(WatchEventFile.beginning).drop(while: \.isJSONSpace)
        let file = EventFileBeginning(text)
        switch text.first {
        case UInt8(ascii: "["):
            let next = text.dropFirst().first { !$0.isJSONSpace }
            self = next == UInt8(ascii: "{") || next == UInt8(ascii: "]") ? .values(start: 0) : .asIs
        case UInt8(ascii: "{"):
            if let start = Self.startOfList(text) {
                self = .values(start: start)
            } else {
                self = Self.endsInFirstLine(text) ? .asIs : .values(start: 0)
            }
        default:
            guard file.isTable, file.isText, let separator = Self.separator(text) else {
                self = .asIs
                return
            }
            self = .table(separator: separator)
        }
    }

    /// Converts the file; nil: it needs no conversion.
    public var converter: (any TextConverter)? {
        switch self {
        case .asIs: nil
        case .values(let start): JSONValueConverter(start: start)
        case .table(let separator): TableConverter(separator: separator)
        }
    }

    /// Returns whether the first object is complete in its line.
    private static func endsInFirstLine(_ text: ArraySlice<UInt8>) -> Bool {
        var nesting = JSONNesting()
        for byte in text {
            nesting.read(byte)
            if nesting.depth == 0 { return true }
            if byte == UInt8(ascii: "\n") { return false }
        }
        return true
    }

    /// Returns the start of a list of objects in an object that is longer than `text`, such as that after
    /// `{"events":`; nil: there is none.
    private static func startOfList(_ text: ArraySlice<UInt8>) -> Int? {
        var nesting = JSONNesting()
        var start: Int?
        var (before, place): (UInt8, Int) = (0, 0)
        for (index, byte) in zip(text.indices, text) {
            nesting.read(byte)
            if nesting.depth == 0 { return nil }
            if byte.isJSONSpace { continue }
            if nesting.depth == 3, byte == UInt8(ascii: "{"), before == UInt8(ascii: "["), start == nil {
                start = place
            }
            (before, place) = (byte, index)
        }
        return text.count < WatchEventFile.beginning / 2 ? nil : start
    }

    /// Returns the separator that is most frequent in the first line.
    private static func separator(_ text: ArraySlice<UInt8>) -> UInt8? {
        let line = text.prefix { $0 != UInt8(ascii: "\n") }
        return [UInt8](",\t;|".utf8).map { separator in (separator, line.count { $0 == separator }) }
            .max { $0.1 < $1.1 }.flatMap { $0.1 > 0 ? $0.0 : nil }
    }
}
