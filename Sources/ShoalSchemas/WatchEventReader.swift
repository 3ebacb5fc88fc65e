/// Reads the values of the input topic into a `WatchEvent`.
public struct WatchEventReader: Sendable {
    public enum Format: String, CaseIterable, Sendable {
        /// A value that begins with `{` is JSON, any other Protobuf. A Confluent frame is stripped.
        case auto
        case json
        case protobuf
    }

    public enum Viewer: String, CaseIterable, Sendable {
        /// The viewer is `user_id`, and must equal the record's key.
        case field
        /// The viewer is the record's key. `user_id` is ignored.
        case key
    }

    public struct Options: Equatable, Sendable {
        public var format = Format.auto
        public var viewer = Viewer.field
        /// The event times that are plausible.
        public var timeRange = TimeRange()

        public init() {}
    }

    public let options: Options

    public init(options: Options = Options()) {
        self.options = options
    }

    /// Reads one record.
    /// - Parameters:
    ///   - timestamp: the record's own, in milliseconds since 1970; nil: it has none.
    ///   - event: overwritten. After an error only its `fault` is meaningful.
    public func read(
        _ value: Span<UInt8>, key: Span<UInt8>?, timestamp: Int64? = nil, into event: inout WatchEvent
    ) throws(Rejection) {
        let hasTime = try parse(value, into: &event)
        if options.viewer == .field, !event.viewer.isEmpty { try match(key, event) }
        try check(&event, options.viewer, key: key, hasTime: hasTime, timestamp: timestamp)
    }

    /// Reads an event without a record key, as in a file. The viewer is `user_id`.
    public func read(
        _ value: Span<UInt8>, timestamp: Int64? = nil, into event: inout WatchEvent
    ) throws(Rejection) {
        let hasTime = try parse(value, into: &event)
        try check(&event, .field, key: nil, hasTime: hasTime, timestamp: timestamp)
    }

    /// - Returns: Whether there is an event time.
    private func parse(_ value: Span<UInt8>, into event: inout WatchEvent) throws(Rejection) -> Bool {
        event.clear()
        guard value.count <= WatchEvent.largestValue else { throw .valueTooLarge }
        var start = 0
        var isJSON = options.format == .json
        if options.format != .json, value.count > 0, value[0] == 0 {
            start = try Self.frame(value)
        } else if options.format != .protobuf, Self.hasMark(value) {
            start = WatchEventFile.mark.count
        }
        if options.format == .auto {
            var first = start
            while first < value.count, Self.isSpace(value[first]) { first += 1 }
            isJSON = first < value.count && value[first] == UInt8(ascii: "{")
            // A mark is skipped in front of JSON only.
            if !isJSON, value.count > 0, value[0] != 0 { start = 0 }
        } else if isJSON, value.count > 5, value[0] == 0 {
            start = 5
        }
        var hasTime = false
        if isJSON {
            var parser = WatchEventJSON(value.extracting(start..<value.count))
            hasTime = try parser.read(into: &event)
        } else {
            hasTime = try event.readProtobuf(value.extracting(start..<value.count))
        }
        return hasTime
    }

    private func match(_ key: Span<UInt8>?, _ event: WatchEvent) throws(Rejection) {
        guard let key, key.count == event.viewer.count else { throw .keyMismatch }
        for index in 0..<key.count where key[index] != event.text[event.viewer.lowerBound + index] {
            throw .keyMismatch
        }
    }

    /// Returns the start of the payload after a Confluent frame: magic byte 0, a schema id of 4 bytes and, for
    /// Protobuf, the message indexes. These are their count and values as zigzag varints; a single 0 means the first
    /// message.
    private static func frame(_ value: Span<UInt8>) throws(Rejection) -> Int {
        guard value.count >= 6 else { throw .badFrame }
        var first = 5
        while first < value.count, isSpace(value[first]) { first += 1 }
        if first < value.count, value[first] == UInt8(ascii: "{") { return first }
        var reader = ProtoReader(value.extracting(5..<value.count))
        do {
            let count = ProtoReader.unzigzag(try reader.varint())
            guard count >= 0, count <= 16 else { throw Rejection.badFrame }
            for _ in 0..<count { _ = try reader.varint() }
        } catch {
            throw .badFrame
        }
        return 5 + reader.offset
    }

    /// Whether it begins with a byte order mark, with which no Protobuf message can begin.
    private static func hasMark(_ value: Span<UInt8>) -> Bool {
        value.count >= 3 && value[0] == 0xEF && value[1] == 0xBB && value[2] == 0xBF
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    private func check(
        _ event: inout WatchEvent, _ viewer: Viewer, key: Span<UInt8>?, hasTime: Bool, timestamp: Int64?
    ) throws(Rejection) {
        switch viewer {
        case .field:
            if event.viewer.isEmpty { throw event.refuse(.missingViewer, .viewer) }
            if event.viewer.count > WatchEvent.longestID { throw event.refuse(.idTooLong, .viewer) }
        case .key:
            guard let key, key.count > 0 else { throw event.refuse(.missingViewer, .key) }
            if key.count > WatchEvent.longestID { throw event.refuse(.idTooLong, .key) }
            event.viewer = event.append(key, 0..<key.count)
        }
        if event.id.count > WatchEvent.longestID { throw event.refuse(.idTooLong, .id) }
        if event.video.count > WatchEvent.longestID { throw event.refuse(.idTooLong, .video) }
        guard hasTime else { throw .missingTime }
        guard event.time >= 0, event.time <= WatchEvent.latestTime else { throw .timeOutOfRange }
        guard options.timeRange.contains(event.time, timestamp: timestamp) else { throw .implausibleTime }
        if event.watched < 0 { throw .negativeWatched }
        if event.watched > WatchEvent.largestNumber { throw event.refuse(.numberOutOfRange, .watched) }
        if event.duration > WatchEvent.largestNumber { throw event.refuse(.numberOutOfRange, .duration) }
        if event.duration < 0 { event.duration = 0 }
    }
}

extension WatchEvent {
    /// Notes the field that a record is refused for.
    fileprivate mutating func refuse(_ rejection: Rejection, _ field: Fault.Field) -> Rejection {
        place = field
        return rejection
    }
}
