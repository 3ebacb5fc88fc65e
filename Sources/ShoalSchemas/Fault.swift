/// Describes the problem with a record: the reason, the field and the expected value. Contains no bytes of the record.
public struct Fault: Equatable, Sendable {
    /// The parts of a record that a fault can name.
    public enum Field: String, CaseIterable, Sendable {
        case key
        case id = "event_id"
        case viewer = "user_id"
        case video = "video_id"
        case topics = "topics"
        case topicName = "topics.name"
        case topicWeight = "topics.weight"
        case watched = "watched_ms"
        case duration = "duration_ms"
        case time = "event_time_ms"
    }

    /// The unit that a time seems to have instead of milliseconds.
    public enum Unit: String, Sendable {
        case seconds
        case microseconds
        case nanoseconds
    }

    public var reason: Rejection
    /// nil: the record as a whole.
    public var field: Field?
    /// As in "expected …", such as "a string or a whole number".
    public var expected: String
    /// The byte of the JSON text at which reading stopped, counted from 0; nil: unknown.
    public var byte: Int?

    /// - Parameters:
    ///   - field: the field that was being read.
    ///   - unit: the unit that the time seems to have.
    init(_ reason: Rejection, field: Field?, unit: Unit? = nil, byte: Int? = nil) {
        self.reason = reason
        self.field = Self.field(of: reason) ?? field
        self.byte = byte
        expected = Self.expected(reason, self.field, unit)
    }

    /// A fault of a record that holds no event: of its key.
    public init(ofKey reason: Rejection) {
        self.init(reason, field: .key)
    }

    /// One line, such as `bad_field: user_id: expected a string or a whole number`.
    public var text: String {
        var parts = [reason.rawValue]
        if let field { parts.append(field.rawValue) }
        parts.append("expected \(expected)\(byte.map { " (at byte \($0))" } ?? "")")
        return parts.joined(separator: ": ")
    }

    /// The field of reasons that concern the same one always.
    private static func field(of reason: Rejection) -> Field? {
        switch reason {
        case .noViewerToErase, .keyMismatch, .wrongPartition: .key
        case .missingTime, .timeOutOfRange, .implausibleTime: .time
        case .negativeWatched: .watched
        case .badWeight: .topicWeight
        case .missingTopicName, .topicTooLong: .topicName
        case .tooManyTopics: .topics
        default: nil
        }
    }

    private static func expected(_ reason: Rejection, _ field: Field?, _ unit: Unit?) -> String {
        let hint = unit.map { " (\($0.rawValue)?)" } ?? ""
        return switch reason {
        case .noViewerToErase: "a viewer's id, or an event as the value"
        case .badJSON: field.map { "valid JSON: \(expected(in: $0))" } ?? "valid JSON: one object"
        case .badProtobuf: "a message of shoal.v1.WatchEvent"
        case .badField: field.map { expected(in: $0) } ?? "another type"
        case .badFrame: "a whole Confluent frame behind the magic byte 0"
        case .badUTF8: "text in UTF-8"
        case .missingViewer: "a viewer's id that is not empty"
        case .keyMismatch: "the same bytes as user_id"
        case .missingTime: "milliseconds since 1970"
        case .timeOutOfRange: "milliseconds since 1970, 0 to 253402300799999\(hint)"
        case .implausibleTime: "milliseconds since 1970 within input.time-range\(hint)"
        case .negativeWatched: "0 or more"
        case .numberOutOfRange: "at most 9007199254740992"
        case .badWeight: "a number of at least 0 and below 65536"
        case .missingTopicName: "a name that is not empty"
        case .valueTooLarge: "at most 1 MiB"
        case .tooManyTopics: "at most 256 topics"
        case .topicTooLong: "at most 256 bytes"
        case .idTooLong: "at most 1024 bytes"
        case .wrongPartition: "the partition that input.partitioner gives for the key"
        case .excluded: "a record that meets the condition"
        }
    }

    private static func expected(in field: Field) -> String {
        switch field {
        case .key: "bytes"
        case .id, .viewer, .video: "a string or a whole number"
        case .topics: "a list of strings or of objects with a name"
        case .topicName: "a string"
        case .topicWeight: "a number"
        case .watched, .duration: "a number of milliseconds"
        case .time: "a number of milliseconds since 1970"
        }
    }
}
