extension EventFormat {
    /// JSON objects, one a line in a file.
    public static let json = EventFormat(
        "json", title: "JSON", content: "JSON lines", explanation: "one JSON object per line (NDJSON)", framing: .lines,
        begins: JSONForm.begins, decode: JSONForm.decode, recognize: JSONForm.recognize)
}

/// The functions of the format JSON.
private enum JSONForm {
    @Sendable
    static func begins(_ value: Span<UInt8>) -> Bool {
        let first = value.firstOfText
        return first < value.count && value[first] == UInt8(ascii: "{")
    }

    @Sendable
    static func decode(_ value: Span<UInt8>, into event: inout WatchEvent) throws(Rejection) -> Bool {
        var parser = WatchEventJSON(value)
        return try parser.read(into: &event)
    }

    @Sendable
    static func recognize(_ file: EventFileBeginning) -> EventFileMatch? {
        let text = file.text
        guard let first = text.first else { return .certain }
        let next = text.dropFirst().first { !$0.isJSONSpace }
        // A Protobuf message may begin with these bytes, but its first field, an id or the viewer, would then begin
        // with space and a brace.
        if first == UInt8(ascii: "["), next == UInt8(ascii: "{") || next == UInt8(ascii: "[") {
            return .refused(
                name: "a JSON array", advice: "Write one object a line (jq -c '.[]'), \(EventFileMatch.mapping).")
        }
        guard first == UInt8(ascii: "{") else { return nil }
        guard next == UInt8(ascii: "}") || beginsWithField(text.dropFirst()) else { return .likely }
        return isSpread(text)
            ? .refused(
                name: "JSON objects over several lines",
                advice: "Write one object a line (jq -c .), \(EventFileMatch.mapping).") : .certain
    }

    /// Returns whether the object begins with a quoted field name and a colon.
    private static func beginsWithField(_ object: ArraySlice<UInt8>) -> Bool {
        let quote = UInt8(ascii: "\"")
        let name = object.drop(while: \.isJSONSpace)
        guard name.first == quote, let end = name.dropFirst().prefix(256).firstIndex(of: quote) else { return false }
        return name[(end + 1)...].first { !$0.isJSONSpace } == UInt8(ascii: ":")
    }

    /// Returns whether an object continues after its first line.
    private static func isSpread(_ text: ArraySlice<UInt8>) -> Bool {
        guard let end = text.firstIndex(of: UInt8(ascii: "\n")) else { return false }
        let last = text[..<end].last { !$0.isJSONSpace }
        guard let last, [UInt8]("{[,:".utf8).contains(last) else { return false }
        let next = text[end...].first { !$0.isJSONSpace }
        return next.map { [UInt8]("\"}]".utf8).contains($0) } ?? false
    }
}
