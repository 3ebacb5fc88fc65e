/// The first bytes of a file, by which its format is recognised.
struct EventFileBeginning {
    /// The bytes behind a byte order mark.
    let bytes: ArraySlice<UInt8>
    /// The bytes behind a byte order mark and white space.
    let text: ArraySlice<UInt8>

    init(_ file: ArraySlice<UInt8>) {
        bytes = file.starts(with: WatchEventFile.mark) ? file.dropFirst(WatchEventFile.mark.count) : file
        text = bytes.drop(while: \.isJSONSpace)
    }

    /// Whether the first line is text.
    var isText: Bool {
        let line = text.prefix { $0 != UInt8(ascii: "\n") }
        guard line.count >= 2, line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0.isJSONSpace }) else { return false }
        // The beginning may end in the middle of a character.
        return (0..<4).contains { String(validating: line.dropLast($0), as: UTF8.self) != nil }
    }

    /// Whether the text has columns and is not a JSON object.
    var isTable: Bool {
        let lines = text.split(separator: UInt8(ascii: "\n"), maxSplits: 20)
        let hasObject = lines.contains { $0.first { !$0.isJSONSpace } == UInt8(ascii: "{") }
        return !hasObject && [UInt8](",;\t|".utf8).contains { lines.first?.contains($0) ?? false }
    }
}
