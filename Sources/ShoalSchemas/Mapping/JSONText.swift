/// Bytes as a string of JSON, so that the text of a key or a header is read like that of a field.
struct JSONText {
    private(set) var bytes: [UInt8] = [UInt8(ascii: "\"")]

    init(_ text: Span<UInt8>) {
        for index in text.indices {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case ..<0x20: bytes += "\\u00\(Hex.text([byte]))".utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
