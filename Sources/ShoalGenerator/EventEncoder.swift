public import ShoalSchemas

/// Encodes the events of one stream. The fields that all events of a video share are encoded once
/// and kept, some hundred bytes a video.
public struct EventEncoder: Sendable {
    /// The encoding of the parts that are prepared.
    private enum Layout {
        case json
        case protobuf
        /// JSON, which is converted event by event.
        case converted(@Sendable (borrowing WatchEvent, inout [UInt8]) -> Void)

        init?(_ format: EventFormat) {
            switch format {
            case .json: self = .json
            case .protobuf: self = .protobuf
            default:
                guard let encode = format.encode else { return nil }
                self = .converted(encode)
            }
        }
    }

    /// The formats that can be written.
    public static let formats = EventFormat.all.filter { Layout($0) != nil }

    private let framing: EventFraming
    private let layout: Layout
    /// For each video, the encoded name and topics, then the duration, with the surrounding syntax.
    private var prepared: [UInt8] = []
    private var ends: [Int] = []

    /// - Parameter format: one of `formats`; JSON is written for any other.
    public init(_ catalogue: Catalogue, _ format: EventFormat) {
        framing = format.framing
        layout = Layout(format) ?? .json
        ends.reserveCapacity(2 * catalogue.count)
        for video in 0..<catalogue.count {
            let (topics, duration) = (catalogue.topics(of: video), catalogue.duration(of: video))
            switch layout {
            case .json, .converted:
                Self.json(video: video, topics, into: &prepared)
                ends.append(prepared.count)
                Self.json(duration: duration, into: &prepared)
            case .protobuf:
                Self.protobuf(video: video, topics, into: &prepared)
                ends.append(prepared.count)
                Self.protobuf(6, UInt64(duration), into: &prepared)
            }
            ends.append(prepared.count)
        }
    }

    /// Appends an event's value: a JSON object without a newline, or a Protobuf message without its length.
    public func append(_ event: borrowing GeneratedEvent, to bytes: inout [UInt8]) {
        switch layout {
        case .json: appendJSON(event, to: &bytes)
        case .converted(let encode): convert(event, encode, to: &bytes)
        case .protobuf:
            let (start, middle, end) = parts(of: event.video)
            Self.protobuf(1, "e", event.id, into: &bytes)
            Self.protobuf(2, "viewer-", UInt64(event.viewer), into: &bytes)
            bytes.append(contentsOf: prepared[start..<middle])
            if event.watched != 0 { Self.protobuf(5, UInt64(event.watched), into: &bytes) }
            bytes.append(contentsOf: prepared[middle..<end])
            if event.time != 0 { Self.protobuf(7, UInt64(event.time), into: &bytes) }
        }
    }

    private func appendJSON(_ event: borrowing GeneratedEvent, to bytes: inout [UInt8]) {
        let (start, middle, end) = parts(of: event.video)
        bytes.append(text: #"{"event_id":"e"#)
        bytes.append(number: event.id)
        bytes.append(text: #"","user_id":"viewer-"#)
        bytes.append(number: UInt64(event.viewer))
        bytes.append(contentsOf: prepared[start..<middle])
        bytes.append(number: UInt64(event.watched))
        bytes.append(contentsOf: prepared[middle..<end])
        bytes.append(number: UInt64(event.time))
        bytes.append(UInt8(ascii: "}"))
    }

    /// Appends an event in a format without prepared parts.
    private func convert(
        _ event: borrowing GeneratedEvent, _ encode: (borrowing WatchEvent, inout [UInt8]) -> Void,
        to bytes: inout [UInt8]
    ) {
        var (line, decoded): ([UInt8], WatchEvent) = ([], WatchEvent())
        appendJSON(event, to: &line)
        var options = WatchEventReader.Options()
        options.timeRange = .any
        do throws(Rejection) {
            try WatchEventReader(options: options).read(line.span, into: &decoded)
            encode(decoded, &bytes)
        } catch {
            assertionFailure("a generated event is a watch event")
        }
    }

    /// Returns where a video's name and topics begin, where its duration begins, and where both end.
    private func parts(of video: Int) -> (start: Int, middle: Int, end: Int) {
        (video == 0 ? 0 : ends[2 * video - 1], ends[2 * video], ends[2 * video + 1])
    }

    /// Appends an event in file form: a line, or a message preceded by its length as a varint.
    public func appendRecord(_ event: borrowing GeneratedEvent, to bytes: inout [UInt8]) {
        switch framing {
        case .lines:
            append(event, to: &bytes)
            bytes.append(UInt8(ascii: "\n"))
        case .lengths:
            // Most messages have 128 bytes or more, so two bytes are reserved for the length.
            let start = bytes.count
            bytes.append(0)
            bytes.append(0)
            append(event, to: &bytes)
            let length = bytes.count - start - 2
            if length >= 128, length < 16_384 {
                bytes[start] = UInt8(length & 0x7F | 0x80)
                bytes[start + 1] = UInt8(length >> 7)
            } else {
                var prefix: [UInt8] = []
                prefix.append(varint: UInt64(length))
                bytes.replaceSubrange(start..<start + 2, with: prefix)
            }
        }
    }

    /// Appends the record's key, the viewer.
    public func appendKey(_ event: borrowing GeneratedEvent, to bytes: inout [UInt8]) {
        bytes.append(text: "viewer-")
        bytes.append(number: UInt64(event.viewer))
    }

    // MARK: - Parts

    /// Appends the JSON between the viewer's number and the watched milliseconds.
    static func json(video: Int, _ topics: ArraySlice<Catalogue.Topic>, into bytes: inout [UInt8]) {
        bytes.append(text: #"","video_id":"video-"#)
        bytes.append(number: UInt64(video))
        bytes.append(text: #"","topics":["#)
        for (index, topic) in topics.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            let digits = String(topic.thousandths + 10_000).dropFirst(2)
            let weight = topic.thousandths == 1_000 ? "1" : "0.\(digits)"
            bytes.append(contentsOf: #"{"name":"\#(TopicNames.name(topic.topic))","weight":\#(weight)}"#.utf8)
        }
        bytes.append(text: #"],"watched_ms":"#)
    }

    static func json(duration: Int64, into bytes: inout [UInt8]) {
        bytes.append(text: #","duration_ms":"#)
        bytes.append(number: UInt64(duration))
        bytes.append(text: #","event_time_ms":"#)
    }

    private static func protobuf(video: Int, _ topics: ArraySlice<Catalogue.Topic>, into bytes: inout [UInt8]) {
        protobuf(3, "video-", UInt64(video), into: &bytes)
        var writer = ProtoWriter()
        for topic in topics {
            writer.message(4) { writer in
                writer.field(1, bytes: Array(TopicNames.name(topic.topic).utf8))
                if topic.q16 != 1 << 16 { writer.present(2, double: Double(topic.q16) / 65_536) }
            }
        }
        bytes += writer.bytes
    }

    private static func protobuf(_ field: UInt8, _ value: UInt64, into bytes: inout [UInt8]) {
        bytes.append(field << 3)
        bytes.append(varint: value)
    }

    /// Appends a name that ends in a number; the result is shorter than 128 bytes.
    private static func protobuf(
        _ field: UInt8, _ name: StaticString, _ number: UInt64, into bytes: inout [UInt8]
    ) {
        bytes.append(field << 3 | 2)
        let place = bytes.count
        bytes.append(0)
        bytes.append(text: name)
        bytes.append(number: number)
        bytes[place] = UInt8(bytes.count - place - 1)
    }
}

extension [UInt8] {
    /// Appends ASCII text.
    mutating func append(text: StaticString) {
        // Safe: a static string is never deallocated.
        unsafe append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends the number in decimal digits.
    mutating func append(number: UInt64) {
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var (rest, place) = (number, 20)
            repeat {
                place -= 1
                // Safe: 64 bits have at most 20 digits.
                unsafe digits[place] = UInt8(truncatingIfNeeded: rest % 10) + 0x30
                rest /= 10
            } while rest != 0
            unsafe append(contentsOf: UnsafeBufferPointer(rebasing: digits[place...]))
        }
    }
}
