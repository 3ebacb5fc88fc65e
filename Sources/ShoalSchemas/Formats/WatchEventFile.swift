/// Files of watch events, in one of the formats of `EventFormat`.
public enum WatchEventFile {
    /// The content of a file, detected by its first bytes.
    public enum Content: Equatable, Sendable {
        case events(EventFormat)
        /// Another format: its name, and how to convert it.
        case other(name: String, advice: String)

        /// Why a file with this content is refused; nil: it can be read.
        public var refusal: String? {
            guard case .other(let name, let advice) = self else { return nil }
            return "holds \(name), and not \(EventFormat.contents). \(advice)"
        }
    }

    /// The bytes of a byte order mark in UTF-8, which is skipped.
    public static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// The number of bytes that are enough to detect the format.
    public static let beginning = 1 << 16

    /// Why a file whose records are implausibly long is refused.
    public static var isNeither: String { "neither \(EventFormat.all.map(\.content).joined(separator: " nor "))" }

    /// The format of a file, by its first bytes: after decompression with gzip, with or without a byte order mark.
    public static func content(_ file: some Collection<UInt8>) -> Content {
        let bytes = Array(file.prefix(beginning))[...]
        if let packed = magic(bytes) { return packed }
        if isUTF16(bytes) { return .other(name: "UTF-16 text", advice: "Convert it: iconv -f UTF-16 -t UTF-8.") }
        let file = EventFileBeginning(bytes)
        var likely: EventFormat?
        for format in EventFormat.all {
            switch format.recognize(file) {
            case .certain: return .events(format)
            case .likely: likely = likely ?? format
            case .refused(let name, let advice): return .other(name: name, advice: advice)
            case nil: break
            }
        }
        if let likely { return .events(likely) }
        return file.isTable
            ? .other(
                name: "a table (CSV or similar)",
                advice: "Convert it to one JSON object a line (mlr --icsv --ojsonl cat), \(EventFileMatch.mapping).")
            : .events(.json)
    }

    /// Detects formats by their magic bytes.
    private static func magic(_ bytes: ArraySlice<UInt8>) -> Content? {
        let known: [(bytes: [UInt8], name: String, advice: String)] = [
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
}
