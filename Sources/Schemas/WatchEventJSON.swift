/// A scanner for the JSON form of a watch event: one pass, in place, nothing allocated.
struct WatchEventJSON: ~Escapable {
    private var scanner: JSONScanner

    @_lifetime(copy span)
    init(_ span: Span<UInt8>) {
        scanner = JSONScanner(span)
    }

    /// The fields, by the proto's names and by those of proto3's JSON.
    private enum Field {
        case id, viewer, video, topics, watched, duration, time, other
    }

    /// - Returns: whether there is an event time.
    mutating func read(into event: inout WatchEvent) throws(Rejection) -> Bool {
        var hasTime = false
        try scanner.expect(UInt8(ascii: "{"))
        if try scanner.take(UInt8(ascii: "}")) {
            try scanner.end()
            return false
        }
        repeat {
            let field = try field(&event)
            try scanner.expect(UInt8(ascii: ":"))
            if try scanner.takeNull() { continue }
            switch field {
            case .id: event.id = try scanner.string(into: &event)
            case .viewer: event.viewer = try scanner.string(into: &event)
            case .video: event.video = try scanner.string(into: &event)
            case .topics: try topics(&event)
            case .watched: event.watched = try scanner.integer()
            case .duration: event.duration = try scanner.integer()
            case .time:
                event.time = try scanner.integer(outOfRange: .timeOutOfRange)
                hasTime = true
            case .other: try scanner.skipValue()
            }
        } while try scanner.comma(before: UInt8(ascii: "}"))
        try scanner.end()
        return hasTime
    }

    private mutating func field(_ event: inout WatchEvent) throws(Rejection) -> Field {
        let start = event.text.count
        let name = try scanner.string(into: &event)
        defer { event.text.removeSubrange(start...) }
        return switch name.count {
        case 6: event.matches(name, "topics") ? .topics : event.matches(name, "userId") ? .viewer : .other
        case 7:
            event.matches(name, "user_id")
                ? .viewer
                : event.matches(name, "eventId") ? .id : event.matches(name, "videoId") ? .video : .other
        case 8: event.matches(name, "event_id") ? .id : event.matches(name, "video_id") ? .video : .other
        case 9: event.matches(name, "watchedMs") ? .watched : .other
        case 10: event.matches(name, "watched_ms") ? .watched : event.matches(name, "durationMs") ? .duration : .other
        case 11:
            event.matches(name, "duration_ms") ? .duration : event.matches(name, "eventTimeMs") ? .time : .other
        case 13: event.matches(name, "event_time_ms") ? .time : .other
        default: .other
        }
    }

    private mutating func topics(_ event: inout WatchEvent) throws(Rejection) {
        event.topics.removeAll(keepingCapacity: true)
        try scanner.expect(UInt8(ascii: "["))
        if try scanner.take(UInt8(ascii: "]")) { return }
        repeat {
            if try scanner.peek() == UInt8(ascii: "\"") {
                try event.add(scanner.string(into: &event), weight: 1 << 16)
            } else {
                try topic(&event)
            }
        } while try scanner.comma(before: UInt8(ascii: "]"))
    }

    private mutating func topic(_ event: inout WatchEvent) throws(Rejection) {
        var name = 0..<0
        var weight: UInt32 = 1 << 16
        try scanner.expect(UInt8(ascii: "{"))
        if try scanner.take(UInt8(ascii: "}")) { throw .missingTopicName }
        repeat {
            let start = event.text.count
            let field = try scanner.string(into: &event)
            let (isName, isWeight) = (event.matches(field, "name"), event.matches(field, "weight"))
            event.text.removeSubrange(start...)
            try scanner.expect(UInt8(ascii: ":"))
            if try scanner.takeNull() { continue }
            if isName {
                name = try scanner.string(into: &event)
            } else if isWeight {
                weight = try scanner.weight()
            } else {
                try scanner.skipValue()
            }
        } while try scanner.comma(before: UInt8(ascii: "}"))
        try event.add(name, weight: weight)
    }
}

extension WatchEvent {
    func matches(_ range: Range<Int>, _ name: StaticString) -> Bool {
        guard range.count == name.utf8CodeUnitCount else { return false }
        for index in 0..<range.count {
            // Safe: a static string has that many bytes.
            let byte = unsafe name.utf8Start[index]
            if text[range.lowerBound + index] != byte { return false }
        }
        return true
    }
}
