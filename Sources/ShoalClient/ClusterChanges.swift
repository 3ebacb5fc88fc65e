public import Kafka
public import Schemas

/// The changes of an output topic, as they are committed.
///
///     let configuration = ClusterChanges.Configuration(
///         kafka: ClientConfiguration(["bootstrap.servers": "localhost:9092"]), topic: "cluster-changes")
///     for try await next in ClusterChanges(configuration) {
///         print(next.change.kind, next.change.to)
///     }
///
/// Whoever iterates slowly slows the reading down: nothing is read ahead beyond librdkafka's own queue. Positions to begin
/// from again are in `Iterator.positions`.
public struct ClusterChanges: AsyncSequence, Sendable {
    /// Where to begin in partitions without a position of their own.
    public enum Start: Equatable, Sendable {
        case beginning
        case end
        /// Milliseconds since 1970, of the records' timestamps.
        case time(Int64)
    }

    public struct Configuration: Sendable {
        public var kafka: ClientConfiguration
        public var topic: String
        public var start = Start.end
        /// The next offset by partition, as `Iterator.positions` gave it before.
        public var positions: [Int32: Int64] = [:]
        /// Ends the sequence at what is the end when it begins.
        public var stopsAtEnd = false

        public init(kafka: ClientConfiguration, topic: String) {
            self.kafka = kafka
            self.topic = topic
        }
    }

    /// A change, and where it stands in the output topic.
    public struct Element: Sendable {
        public var change: ClusterChange
        public var partition: Int32
        public var offset: Int64
    }

    private let configuration: Configuration

    public init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(configuration)
    }

    public struct Iterator: AsyncIteratorProtocol {
        private let configuration: Configuration
        private var readers: [PartitionReader] = []
        private var ends: [Int32: Int64] = [:]
        private var waiting: [Element] = []
        private var client: ReaderClient?
        /// The next offset by partition: behind the changes given out.
        public private(set) var positions: [Int32: Int64] = [:]
        /// Whether `stopsAtEnd` has come true.
        public private(set) var isAtEnd = false

        init(_ configuration: Configuration) {
            self.configuration = configuration
        }

        /// The next change; nil at the end.
        /// - Throws: `KafkaError`; `ProtoError` at a record that is no change.
        public mutating func next() async throws -> Element? {
            while !isAtEnd {
                if let element = try await next(timeout: .seconds(1)) { return element }
                try Task.checkCancellation()
            }
            return nil
        }

        /// The next change; nil when none has come in time, or at the end.
        public mutating func next(timeout: Duration) async throws -> Element? {
            if client == nil { try await open() }
            let deadline = ContinuousClock.now + timeout
            while waiting.isEmpty, !isAtEnd {
                try fill()
                guard waiting.isEmpty else { break }
                if configuration.stopsAtEnd, readers.allSatisfy({ $0.position >= ends[$0.partition] ?? 0 }) {
                    isAtEnd = true
                } else if ContinuousClock.now >= deadline {
                    return nil
                } else {
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
            guard let element = waiting.popLast() else { return nil }
            positions[element.partition] = element.offset + 1
            return element
        }

        private mutating func open() async throws {
            let admin = try Admin(configuration.kafka)
            guard let count = try await admin.partitions(of: configuration.topic, timeout: .seconds(10)) else {
                throw UnknownTopic(topic: configuration.topic)
            }
            let client = try ReaderClient(configuration.kafka)
            for number in 0..<count {
                let partition = TopicPartition(configuration.topic, number)
                let marks = try await admin.watermarks(of: partition)
                var offset = configuration.positions[number]
                if offset == nil {
                    switch configuration.start {
                    case .beginning: offset = marks.low
                    case .end: offset = marks.high
                    case .time(let time): offset = try await admin.offset(of: partition, atTime: time)
                    }
                }
                ends[number] = marks.high
                positions[number] = offset
                readers.append(
                    try client.reader(topic: configuration.topic, partition: number, from: offset ?? marks.low))
            }
            self.client = client
        }

        private mutating func fill() throws {
            for reader in readers {
                let batch = try reader.poll(max: 256)
                for index in 0..<batch.count {
                    let offset = batch.offset(index)
                    if configuration.stopsAtEnd, offset >= ends[reader.partition] ?? .max { continue }
                    guard let value = batch.valueBytes(index) else { continue }
                    waiting.append(
                        Element(change: try ClusterChange(value), partition: reader.partition, offset: offset))
                }
            }
            // Given out from the end.
            waiting.reverse()
        }
    }
}

/// The output topic is not there.
public struct UnknownTopic: Error, CustomStringConvertible, Sendable {
    public var topic: String

    public init(topic: String) {
        self.topic = topic
    }

    public var description: String { "the topic \(topic) does not exist; `shoal topics create` makes it" }
}
