/// Files of watch events: JSON lines, or Protobuf messages that are preceded by their length as a varint.
public enum WatchEventFile {
    /// The content of a file, detected by its first bytes.
    public enum Content: Equatable, Sendable {
        case json
        case protobuf
        /// Another format: its name, and how to convert it.
        case other(name: String, advice: String)

        /// Why a file with this content is refused; nil: it can be read.
        public var refusal: String? {
            guard case .other(let name, let advice) = self else { return nil }
            return "holds \(name), and not JSON lines or Protobuf messages with their length before them. \(advice)"
        }
    }

    /// The bytes of a byte order mark in UTF-8, which is skipped.
    public static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// The number of bytes that are enough to detect the format.
    public static let beginning = 1 << 16

    /// Whether a file holds Protobuf messages, by its first bytes; some dozens are enough.
    public static func isProtobuf(_ beginning: some Collection<UInt8>) -> Bool {
        content(beginning) == .protobuf
    }

    /// The format of a file, by its first bytes: after decompression with gzip, with or without a byte order mark.
    public static func content(_ file: some Collection<UInt8>) -> Content {
        var bytes = Array(file.prefix(beginning))[...]
        if let packed = magic(bytes) { return packed }
        if isUTF16(bytes) { return .other(name: "UTF-16 text", advice: "Convert it: iconv -f UTF-16 -t UTF-8.") }
        if bytes.starts(with: mark) { bytes = bytes.dropFirst(mark.count) }
        let text = bytes.drop(while: isSpace)
        guard let first = text.first else { return .json }
        let next = text.dropFirst().first { !isSpace($0) }
        // A Protobuf message may begin with these bytes, but its first field, an id or the viewer, would then begin
        // with space and a brace.
        if first == UInt8(ascii: "["), next == UInt8(ascii: "{") || next == UInt8(ascii: "[") {
            return .other(name: "a JSON array", advice: "Write one object a line: jq -c '.[]'.")
        }
        if first == UInt8(ascii: "{"), next == UInt8(ascii: "}") || beginsWithField(text.dropFirst()) {
            return isSpread(text)
                ? .other(name: "JSON objects over several lines", advice: "Write one object a line: jq -c .") : .json
        }
        if beginsWithMessage(bytes) { return .protobuf }
        if first == UInt8(ascii: "{") { return .json }
        guard isText(text) else { return .protobuf }
        return isTable(text)
            ? .other(
                name: "a table (CSV or similar)",
                advice: "Convert it to one JSON object a line, for instance with mlr --icsv --ojsonl cat.") : .json
    }

    /// Detects formats by their magic bytes.
    private static func magic(_ bytes: ArraySlice<UInt8>) -> Content? {
        let known: [(bytes: [UInt8], name: String, advice: String)] = [
            (
                [0x28, 0xB5, 0x2F, 0xFD], "data compressed with zstd",
                "Decompress it: zstd -dc FILE, and read standard input."
            ),
            (
                [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "data compressed with xz",
                "Decompress it: xz -dc FILE, and read standard input."
            ),
            (
                [0x42, 0x5A, 0x68], "data compressed with bzip2",
                "Decompress it: bzip2 -dc FILE, and read standard input."
            ),
            (
                [0x04, 0x22, 0x4D, 0x18], "data compressed with lz4",
                "Decompress it: lz4 -dc FILE, and read standard input."
            ),
            ([0x50, 0x4B, 0x03, 0x04], "a ZIP archive", "Unpack it: unzip -p FILE, and read standard input."),
            ([0x50, 0x41, 0x52, 0x31], "Parquet", "Convert it to one JSON object a line."),
            ([0x4F, 0x62, 0x6A, 0x01], "Avro", "Convert it to one JSON object a line: avro-tools tojson."),
        ]
        return known.first { bytes.starts(with: $0.bytes) }.map { .other(name: $0.name, advice: $0.advice) }
    }

    /// Returns whether the text begins with a UTF-16 byte order mark, or has a zero beside the first brace.
    private static func isUTF16(_ bytes: ArraySlice<UInt8>) -> Bool {
        let brackets = [UInt8(ascii: "{"), UInt8(ascii: "[")]
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return true }
        return brackets.contains { bytes.starts(with: [$0, 0, UInt8(ascii: "\""), 0]) }
            || brackets.contains { bytes.starts(with: [0, $0, 0]) }
    }

    /// Returns whether the object begins with a quoted field name and a colon.
    private static func beginsWithField(_ object: ArraySlice<UInt8>) -> Bool {
        let quote = UInt8(ascii: "\"")
        let name = object.drop(while: isSpace)
        guard name.first == quote, let end = name.dropFirst().prefix(256).firstIndex(of: quote) else { return false }
        return name[(end + 1)...].first { !isSpace($0) } == UInt8(ascii: ":")
    }

    /// Returns whether an object continues after its first line.
    private static func isSpread(_ text: ArraySlice<UInt8>) -> Bool {
        guard let end = text.firstIndex(of: UInt8(ascii: "\n")) else { return false }
        let last = text[..<end].last { !isSpace($0) }
        guard let last, [UInt8]("{[,:".utf8).contains(last) else { return false }
        let next = text[end...].first { !isSpace($0) }
        return next.map { [UInt8]("\"}]".utf8).contains($0) } ?? false
    }

    /// Returns whether the bytes begin with a length, and the first field of an event (an id or the viewer) fits into
    /// it.
    private static func beginsWithMessage(_ bytes: ArraySlice<UInt8>) -> Bool {
        let bytes = Array(bytes.prefix(64))
        var reader = ProtoReader(bytes.span)
        // Field 1 or 2, which are both text.
        guard let length = try? reader.varint(), let tag = try? reader.varint(), tag == 0x0A || tag == 0x12,
            let field = try? reader.varint()
        else { return false }
        return field > 0 && field < length && field + 2 <= length
    }

    /// Whether the first line is text.
    private static func isText(_ text: ArraySlice<UInt8>) -> Bool {
        let line = text.prefix { $0 != UInt8(ascii: "\n") }
        guard line.count >= 2, line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || isSpace($0) }) else { return false }
        // The beginning may end in the middle of a character.
        return (0..<4).contains { String(validating: line.dropLast($0), as: UTF8.self) != nil }
    }

    /// Returns whether the text has columns and is not a JSON object.
    private static func isTable(_ text: ArraySlice<UInt8>) -> Bool {
        let lines = text.split(separator: UInt8(ascii: "\n"), maxSplits: 20)
        let hasObject = lines.contains { $0.first { !isSpace($0) } == UInt8(ascii: "{") }
        return !hasObject && [UInt8](",;\t".utf8).contains { lines[0].contains($0) }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }
}
