internal import ShoalKafka

/// Reads the committed records of all partitions of a topic, partition by partition.
struct TopicFeed {
    private let topic: String
    private let client: ReaderClient
    private let readers: [PartitionReader]
    /// The initial high watermarks.
    private let ends: [Int64]
    /// The initial offsets.
    let starts: [Int64]
    private let identity: FeedIdentity

    /// - Parameter start: Returns the initial offset of a partition; `nil` for its first record.
    /// - Throws: `KafkaError`, `UnknownTopic`, and errors of `start`.
    init(
        _ topic: String, _ kafka: ClientConfiguration,
        start: (_ partition: Int32, _ count: Int32, _ marks: Admin.Watermarks, _ admin: Admin) async throws -> Int64?
    ) async throws {
        self.topic = topic
        let admin = try Admin(kafka)
        guard let count = try await admin.partitions(of: topic, timeout: .seconds(10)) else {
            throw UnknownTopic(topic: topic)
        }
        client = try ReaderClient(kafka)
        identity = FeedIdentity(topic, admin)
        var readers: [PartitionReader] = []
        var (starts, ends): ([Int64], [Int64]) = ([], [])
        for number in 0..<count {
            let marks = try await admin.watermarks(of: TopicPartition(topic, number))
            let offset = try await start(number, count, marks, admin) ?? marks.low
            starts.append(offset)
            ends.append(marks.high)
            readers.append(try client.reader(topic: topic, partition: number, from: offset))
        }
        self.readers = readers
        self.starts = starts
        self.ends = ends
    }

    /// Whether all records that existed at the start have been read.
    var isAtEnd: Bool { zip(readers, ends).allSatisfy { $0.position >= $1 } }

    /// The next offset to read of each partition, after any control records at the end of the log.
    var positions: [Int64] { readers.map(\.position) }

    /// Checks that the topic has not been replaced. Must be called periodically.
    /// - Throws: `TopicReplaced` if the topic was deleted or recreated.
    nonisolated(nonsending) func check() async throws(TopicReplaced) { try await identity.check(positions) }

    func end(of partition: Int32) -> Int64 { ends[Int(partition)] }

    /// Passes available records of each partition to `take`, up to 256 each, without waiting.
    /// - Throws: `KafkaError`; errors of `take`.
    func poll(_ take: (_ partition: Int32, _ batch: borrowing MessageBatch, _ index: Int) throws -> Void) throws {
        for reader in readers {
            let batch = try reader.poll(max: 256)
            for index in 0..<batch.count { try take(reader.partition, batch, index) }
        }
    }
}

/// The topic does not exist.
public struct UnknownTopic: Error, CustomStringConvertible, Sendable {
    public var topic: String

    public init(topic: String) {
        self.topic = topic
    }

    public var description: String { "the topic \(topic) does not exist; create it with `shoal topics create`" }
}
