/// Reads the JSON form of a watch event in one pass, in place, without allocation.
struct WatchEventJSON: ~Escapable {
    private(set) var scanner: JSONScanner

    @_lifetime(copy span)
    init(_ span: Span<UInt8>) {
        scanner = JSONScanner(span)
    }

    /// Continues at the position of a scanner.
    @_lifetime(copy scanner)
    init(_ scanner: JSONScanner) {
        self.scanner = scanner
    }

    /// - Returns: Whether there is an event time.
    mutating func read(into event: inout WatchEvent) throws(Rejection) -> Bool {
        do throws(Rejection) {
            return try readObject(&event)
        } catch {
            event.stoppedAt = scanner.offset
            throw error
        }
    }

    private mutating func readObject(_ event: inout WatchEvent) throws(Rejection) -> Bool {
        var hasTime = false
        try scanner.expect(UInt8(ascii: "{"))
        if try scanner.take(UInt8(ascii: "}")) {
            try scanner.end()
            return false
        }
        repeat {
            let field = try field(&event)
            try scanner.expect(UInt8(ascii: ":"))
            event.place = field
            if try scanner.takeNull() {
                event.place = nil
                continue
            }
            switch field {
            case .id: event.id = try scanner.identifier(into: &event)
            case .viewer: event.viewer = try scanner.identifier(into: &event)
            case .video: event.video = try scanner.identifier(into: &event)
            case .topics: try topics(&event)
            case .watched: event.watched = try scanner.integer()
            case .duration: event.duration = try scanner.integer()
            case .time:
                event.time = try scanner.integer(outOfRange: .timeOutOfRange)
                hasTime = true
            default: try scanner.skipValue()
            }
            event.place = nil
        } while try scanner.comma(before: UInt8(ascii: "}"))
        try scanner.end()
        return hasTime
    }

    /// The field, by its name in the Protobuf schema or in proto3's JSON form; nil: another one.
    private mutating func field(_ event: inout WatchEvent) throws(Rejection) -> Fault.Field? {
        try name(&event, Self.field)
    }

    /// Reads the name of a field, in place unless it has escapes or is not ASCII, and returns what `find` makes of it.
    @inline(__always)
    private mutating func name<Found>(
        _ event: inout WatchEvent, _ find: (Span<UInt8>) -> Found
    ) throws(Rejection) -> Found {
        if let range = try scanner.plainString() { return find(scanner.bytes(range)) }
        let start = event.text.count
        let range = try scanner.string(into: &event)
        defer { event.text.removeSubrange(start...) }
        return find(event.text.span.extracting(range))
    }

    private static func field(_ name: Span<UInt8>) -> Fault.Field? {
        switch name.count {
        case 6: name.matches("topics") ? .topics : name.matches("userId") ? .viewer : nil
        case 7:
            name.matches("user_id") ? .viewer : name.matches("eventId") ? .id : name.matches("videoId") ? .video : nil
        case 8: name.matches("event_id") ? .id : name.matches("video_id") ? .video : nil
        case 9: name.matches("watchedMs") ? .watched : nil
        case 10: name.matches("watched_ms") ? .watched : name.matches("durationMs") ? .duration : nil
        case 11: name.matches("duration_ms") ? .duration : name.matches("eventTimeMs") ? .time : nil
        case 13: name.matches("event_time_ms") ? .time : nil
        default: nil
        }
    }

    /// A list of names and of objects; null entries are skipped.
    private mutating func topics(_ event: inout WatchEvent) throws(Rejection) {
        event.topics.removeAll(keepingCapacity: true)
        guard try scanner.take(UInt8(ascii: "[")) else { throw try scanner.mismatch() }
        if try scanner.take(UInt8(ascii: "]")) { return }
        repeat {
            switch try scanner.peek() {
            case UInt8(ascii: "\""): try event.add(scanner.string(into: &event), weight: 1 << 16)
            case UInt8(ascii: "{"): try topic(&event)
            default: guard try scanner.takeNull() else { throw try scanner.mismatch() }
            }
        } while try scanner.comma(before: UInt8(ascii: "]"))
    }

    /// An object with a name and, optionally, a weight.
    mutating func topic(_ event: inout WatchEvent) throws(Rejection) {
        var name = 0..<0
        var weight: UInt32 = 1 << 16
        try scanner.expect(UInt8(ascii: "{"))
        if try scanner.take(UInt8(ascii: "}")) { throw .missingTopicName }
        repeat {
            let (isName, isWeight) = try self.name(&event) { ($0.matches("name"), $0.matches("weight")) }
            try scanner.expect(UInt8(ascii: ":"))
            if try scanner.takeNull() { continue }
            if isName {
                event.place = .topicName
                guard try scanner.peek() == UInt8(ascii: "\"") else { throw try scanner.mismatch() }
                name = try scanner.string(into: &event)
            } else if isWeight {
                event.place = .topicWeight
                weight = try scanner.weight()
            } else {
                event.place = nil
                try scanner.skipValue()
            }
            event.place = .topics
        } while try scanner.comma(before: UInt8(ascii: "}"))
        try event.add(name, weight: weight)
    }
}

extension Span<UInt8> {
    /// Whether these are the bytes of a name of 4 to 16 characters.
    @inline(__always)
    fileprivate func matches(_ name: StaticString) -> Bool {
        let count = name.utf8CodeUnitCount
        guard self.count == count else { return false }
        return count < 8 ? matches(name, UInt32.self) : matches(name, UInt64.self)
    }

    /// Compares by the first and the last word, which together are the whole name.
    @inline(__always)
    private func matches<Word: FixedWidthInteger & BitwiseCopyable>(_ name: StaticString, _: Word.Type) -> Bool {
        // Safe: both have as many bytes, at least those of a word and at most those of two.
        let name = unsafe UnsafeRawPointer(name.utf8Start)
        let last = count - MemoryLayout<Word>.size
        return unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 0, as: Word.self) == name.loadUnaligned(as: Word.self)
            && bytes.unsafeLoadUnaligned(fromByteOffset: last, as: Word.self)
                == name.loadUnaligned(fromByteOffset: last, as: Word.self)
    }
}
