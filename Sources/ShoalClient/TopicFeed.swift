internal import Kafka

/// Reads all partitions of a topic as far as they are committed, in turn.
struct TopicFeed {
    private let topic: String
    private let client: ReaderClient
    private let readers: [PartitionReader]
    /// The high watermarks when it began.
    private let ends: [Int64]
    /// Where it began.
    let starts: [Int64]
    private let identity: FeedIdentity

    /// - Parameter start: gives the offset to begin a partition at; nil: its first one.
    /// - Throws: `KafkaError`, `UnknownTopic`, and what `start` throws.
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

    /// Whether what was there when it began has been read, and nothing of it waits with the caller.
    var isAtEnd: Bool { zip(readers, ends).allSatisfy { $0.position >= $1 } }

    /// The next offset to read of each partition: behind control records at the end of the log.
    var positions: [Int64] { readers.map(\.position) }

    /// - Throws: `TopicReplaced` if the topic is not the one that it was. To be called now and then.
    nonisolated(nonsending) func check() async throws(TopicReplaced) { try await identity.check(positions) }

    func end(of partition: Int32) -> Int64 { ends[Int(partition)] }

    /// What has arrived of each partition, up to 256 records; waits for nothing.
    /// - Throws: `KafkaError`; what `take` throws.
    func poll(_ take: (_ partition: Int32, _ batch: borrowing MessageBatch, _ index: Int) throws -> Void) throws {
        for reader in readers {
            let batch = try reader.poll(max: 256)
            for index in 0..<batch.count { try take(reader.partition, batch, index) }
        }
    }
}

/// The topic is not there.
public struct UnknownTopic: Error, CustomStringConvertible, Sendable {
    public var topic: String

    public init(topic: String) {
        self.topic = topic
    }

    public var description: String { "the topic \(topic) does not exist; `shoal topics create` makes it" }
}
