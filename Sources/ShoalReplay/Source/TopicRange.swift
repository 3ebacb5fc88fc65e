public import ShoalKafka
internal import ShoalSchemas

/// The beginning or end of a range of a topic.
public enum TopicBound: Equatable, Sendable {
    case beginning
    /// The current end of the topic.
    case end
    /// The first record with at least this timestamp, in milliseconds since 1970.
    case time(Int64)
    /// Offsets by partition. Other partitions begin at their first record, or end at their last.
    case offsets([Int32: Int64])
}

/// A range of a topic as offsets.
public struct TopicRange: Sendable {
    public let topic: String
    /// For each partition, the first offset and the offset after the last one.
    public let offsets: [Range<Int64>]
    let client: ClientConfiguration

    /// Resolves the bounds to offsets.
    /// - Throws: `ReplayError` if the topic or the range does not exist; `KafkaError`.
    public init(
        _ topic: String, from: TopicBound, to: TopicBound, client: ClientConfiguration
    ) async throws {
        let admin = try Admin(client)
        guard let count = try await admin.partitions(of: topic, timeout: .seconds(10)) else {
            throw ReplayError(.input, "the topic \(topic) does not exist")
        }
        for bound in [from, to] {
            guard case .offsets(let offsets) = bound, let unknown = offsets.keys.filter({ $0 >= count }).min() else {
                continue
            }
            throw ReplayError(
                .input, "\(topic) has no partition \(unknown): it has \(Formatting.count(count, "partition"))")
        }
        var ranges: [Range<Int64>] = []
        for partition in 0..<count {
            let place = TopicPartition(topic, partition)
            let marks = try await admin.watermarks(of: place)
            let first = try await Self.offset(from, place, marks, admin, or: marks.low)
            let last = try await Self.offset(to, place, marks, admin, or: marks.high)
            guard first >= marks.low, first <= marks.high, last >= marks.low, last <= marks.high else {
                throw ReplayError(
                    .input,
                    "\(place) has offsets \(marks.low) to \(marks.high): the range \(first) to \(last) is outside"
                        + (first < marks.low ? "; retention has deleted the records before \(marks.low)" : ""))
            }
            guard first <= last else {
                throw ReplayError(.input, "\(place): the range begins at \(first), after its end at \(last)")
            }
            ranges.append(first..<last)
        }
        self.init(topic, offsets: ranges, client: client)
    }

    init(_ topic: String, offsets: [Range<Int64>], client: ClientConfiguration) {
        self.topic = topic
        self.offsets = offsets
        self.client = client
    }

    private static func offset(
        _ bound: TopicBound, _ partition: TopicPartition, _ marks: Admin.Watermarks, _ admin: Admin, or whole: Int64
    ) async throws -> Int64 {
        switch bound {
        case .beginning: marks.low
        case .end: marks.high
        case .time(let time): try await admin.offset(of: partition, atTime: time)
        case .offsets(let offsets): offsets[partition.partition] ?? whole
        }
    }
}
