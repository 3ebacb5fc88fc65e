/// A topic that is named as sensitive: bytes, ASCII letters in either case, spaces at the ends trimmed, `*` at the end as a
/// prefix.
public struct TopicPattern: Equatable, Sendable {
    private let bytes: [UInt8]
    private let isPrefix: Bool

    public init(_ text: [UInt8]) {
        var trimmed = Self.trimmed(text[...])
        isPrefix = trimmed.last == UInt8(ascii: "*")
        if isPrefix { trimmed = trimmed.dropLast() }
        bytes = trimmed.map(Self.lower)
    }

    /// Whether the topic is meant.
    public func matches(_ name: ArraySlice<UInt8>) -> Bool {
        let name = Self.trimmed(name)
        guard isPrefix ? name.count >= bytes.count : name.count == bytes.count else { return false }
        return zip(bytes, name).allSatisfy { $0 == Self.lower($1) }
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var text = text
        while text.first == UInt8(ascii: " ") { text.removeFirst() }
        while text.last == UInt8(ascii: " ") { text.removeLast() }
        return text
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }
}
