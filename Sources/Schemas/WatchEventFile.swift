/// Files of watch events: JSON lines, or Protobuf messages that each have their length, a varint, before them.
public enum WatchEventFile {
    /// Whether a file holds Protobuf messages, by its first bytes; some dozens are enough.
    ///
    /// A line begins with `{`, or is empty. So may a message, where its length is that number; but it goes on with the first
    /// field, an id or the viewer, that has to fit.
    public static func isProtobuf(_ beginning: some Collection<UInt8>) -> Bool {
        let first = beginning.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        guard first == nil || first == UInt8(ascii: "{") else { return true }
        let bytes = Array(beginning.prefix(64))
        var reader = ProtoReader(bytes.span)
        // Field 1 or 2, both text.
        guard let length = try? reader.varint(), let tag = try? reader.varint(), tag == 0x0A || tag == 0x12,
            let field = try? reader.varint()
        else { return false }
        return field > 0 && field + 2 <= length
    }
}
