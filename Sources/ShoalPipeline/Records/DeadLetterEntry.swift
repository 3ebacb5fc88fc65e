internal import ShoalKafka
internal import ShoalSchemas

/// A dead letter read from its topic.
public struct DeadLetterEntry: Sendable {
    /// A position in a topic.
    public struct Place: Hashable, Comparable, Sendable, Encodable, CustomStringConvertible {
        public var partition: Int32
        public var offset: Int64

        public init(partition: Int32, offset: Int64) {
            self.partition = partition
            self.offset = offset
        }

        public var description: String { "\(partition):\(offset)" }

        public static func < (left: Self, right: Self) -> Bool {
            (left.partition, left.offset) < (right.partition, right.offset)
        }
    }

    /// The position of the dead letter, and the time of its writing in ms since 1970.
    public var place: Place
    public var timeMs: Int64
    public var reason: String
    /// The field that is wrong, the value that was expected, and the byte at which reading stopped; nil: unknown.
    public var field: String?
    public var expected: String?
    public var byte: Int?
    /// The position of the original record.
    public var topic: String
    public var origin: Place
    public var key: [UInt8]?
    public var value: [UInt8]?
    /// The original record's headers.
    public var headers: [(name: String, value: [UInt8])]
    /// Whether key or value were truncated.
    public var isCut: Bool
    /// Whether the original bytes are absent, because of `dead-letters.content=reason` or because there were none.
    public var isLeftOut: Bool { key == nil && value == nil }
    /// The earlier dead letter from which this record was resubmitted.
    public var resubmittedFrom: String?

    /// The header of a resubmitted record with the position of its dead letter.
    public static let marker = "shoal.resubmitted"
    /// The header of a resubmission note. Its value is the number of dead letters; the record's value has one line per
    /// position.
    static let note = "resubmitted"

    /// Returns `nil` if the record is not a dead letter: a note, or a record of another program.
    init?(_ batch: borrowing MessageBatch, _ index: Int, partition: Int32) {
        var found: [String: String] = [:]
        var original: [(name: String, value: [UInt8])] = []
        for header in batch.headers(index) {
            if header.name.hasPrefix("original.") {
                original.append((String(header.name.dropFirst("original.".count)), header.value))
            } else {
                found[header.name] = String(decoding: header.value, as: UTF8.self)
            }
        }
        guard let reason = found["reason"], let topic = found["topic"],
            let from = found["partition"].flatMap({ Int32($0) }), let offset = found["offset"].flatMap({ Int64($0) })
        else { return nil }
        place = Place(partition: partition, offset: batch.offset(index))
        timeMs = batch.timestamp(index)
        self.reason = reason
        (field, expected, byte) = (found["field"], found["expected"], found["byte"].flatMap { Int($0) })
        self.topic = topic
        origin = Place(partition: from, offset: offset)
        key = batch.keyBytes(index)
        value = batch.valueBytes(index)
        isCut = found["length"] != nil || found["key_length"] != nil
        resubmittedFrom = original.last { $0.name == Self.marker }.map { String(decoding: $0.value, as: UTF8.self) }
        headers = original.filter { $0.name != Self.marker }
    }

    /// Returns the positions in a note, or `nil` if the record is not a note.
    static func noted(_ batch: borrowing MessageBatch, _ index: Int) -> [Place]? {
        guard batch.headers(index).contains(where: { $0.name == note }), let value = batch.valueBytes(index) else {
            return nil
        }
        return String(decoding: value, as: UTF8.self).split(separator: "\n").compactMap { line in
            let numbers = line.split(separator: ":")
            guard numbers.count == 2, let partition = Int32(numbers[0]), let offset = Int64(numbers[1]) else {
                return nil
            }
            return Place(partition: partition, offset: offset)
        }
    }
}
