internal import Kafka
internal import Schemas

/// A dead letter as it was read back, or the note that some were resubmitted.
public struct DeadLetterEntry: Sendable {
    /// A place in a topic.
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

    /// Where the dead letter stands, and when it was written, in ms since 1970.
    public var place: Place
    public var timeMs: Int64
    public var reason: String
    /// The field that is wrong, the value that was expected, and the byte at which reading stopped; nil: unknown.
    public var field: String?
    public var expected: String?
    public var byte: Int?
    /// Where the record stood that is no watch event.
    public var topic: String
    public var origin: Place
    public var key: [UInt8]?
    public var value: [UInt8]?
    /// Those of the record itself.
    public var headers: [(name: String, value: [UInt8])]
    /// Key or value were too large, and end in the middle.
    public var isCut: Bool
    /// `dead-letters.content=reason` left the bytes out, or there never were any.
    public var isLeftOut: Bool { key == nil && value == nil }
    /// The dead letter that this record was resubmitted from, where it has come back.
    public var resubmittedFrom: String?

    /// The header that a resubmitted record has: where its dead letter stands.
    public static let marker = "shoal.resubmitted"
    /// The header of a note; its value is the number of dead letters, and the record's value a line for each place.
    static let note = "resubmitted"

    /// - Returns: nil where the record is none: somebody else's, or a note.
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

    /// The places in a note; nil where the record is none.
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
