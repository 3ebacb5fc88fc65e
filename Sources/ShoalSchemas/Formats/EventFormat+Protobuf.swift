extension EventFormat {
    /// Messages of `shoal.v1.WatchEvent`, in a file with their length before each.
    public static let protobuf = EventFormat(
        "protobuf", title: "Protobuf", content: "length-delimited Protobuf messages",
        explanation: "Protobuf messages (shoal.v1.WatchEvent), each preceded by its length as a varint",
        framing: .lengths, begins: { _ in true }, decode: ProtobufForm.decode, recognize: ProtobufForm.recognize,
        encode: { event, bytes in event.encode(into: &bytes) })
}

/// The functions of the format Protobuf.
private enum ProtobufForm {
    @Sendable
    static func decode(_ value: Span<UInt8>, into event: inout WatchEvent) throws(Rejection) -> Bool {
        try event.readProtobuf(value)
    }

    @Sendable
    static func recognize(_ file: EventFileBeginning) -> EventFileMatch? {
        if beginsWithMessage(file.bytes) { return .certain }
        return file.isText ? nil : .likely
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
}
