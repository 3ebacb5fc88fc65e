/// Decodes the values of one format. Its functions are static ones, so that a call costs no more than a jump.
struct EventDecoder: Sendable {
    /// Whether the format is text: a byte order mark before it is skipped.
    let isText: Bool
    /// Returns whether a value seems to have the format, by its first bytes.
    let begins: @Sendable (Span<UInt8>) -> Bool
    /// Decodes a value into an event that is empty, and returns whether there is an event time.
    let decode: @Sendable (Span<UInt8>, inout WatchEvent) throws(Rejection) -> Bool

    /// The decoders of all formats, in the order of the list.
    static let all = EventFormat.all.map(\.decoder)

    /// Decodes a value of this format, without a frame or a byte order mark before it.
    /// - Returns: Whether there is an event time.
    func read(_ value: Span<UInt8>, into event: inout WatchEvent) throws(Rejection) -> Bool {
        var start = 0
        if isText {
            if value.count > 5, value[0] == 0 { start = 5 } else if value.hasMark { start = WatchEventFile.mark.count }
        } else if value.count > 0, value[0] == 0 {
            start = try ConfluentFrame.end(value)
        }
        return try decode(value.extracting(start..<value.count), &event)
    }

    /// Decodes a value of the format that it seems to have, one of those of `decoders`.
    /// - Returns: Whether there is an event time.
    static func readAny(
        of decoders: [EventDecoder], _ value: Span<UInt8>, into event: inout WatchEvent
    ) throws(Rejection) -> Bool {
        let isFramed = value.count > 0 && value[0] == 0
        var start = 0
        if isFramed {
            start = try ConfluentFrame.end(value)
        } else if value.hasMark {
            start = WatchEventFile.mark.count
        }
        for decoder in decoders {
            // A mark is skipped before text only.
            let payload = value.extracting((decoder.isText || isFramed ? start : 0)..<value.count)
            if decoder.begins(payload) { return try decoder.decode(payload, &event) }
        }
        throw .badField
    }
}

extension Span<UInt8> {
    /// Whether the bytes begin with a byte order mark in UTF-8, with which no Protobuf message can begin.
    fileprivate var hasMark: Bool {
        count >= 3 && self[0] == 0xEF && self[1] == 0xBB && self[2] == 0xBF
    }

    /// The index of the first byte that is not white space; `count` if there is none.
    var firstOfText: Int {
        var index = 0
        while index < count, self[index].isJSONSpace { index += 1 }
        return index
    }
}

extension UInt8 {
    /// Whether it is white space in JSON.
    @inline(__always)
    var isJSONSpace: Bool { self == 0x20 || self == 0x09 || self == 0x0A || self == 0x0D }
}
