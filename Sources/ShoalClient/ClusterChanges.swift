public import ShoalKafka
public import ShoalSchemas

/// The committed changes of an output topic as an asynchronous sequence.
///
///     let configuration = ClusterChanges.Configuration(
///         kafka: ClientConfiguration(["bootstrap.servers": "localhost:9092"]), topic: "cluster-changes")
///     for try await next in ClusterChanges(configuration) {
///         print(next.change.kind, next.change.to)
///     }
///
/// Reading is paced by the iteration: nothing is read ahead except in librdkafka's queue. Each element has the position
/// after it. If you store the position together with the result of the change, you can resume exactly there:
///
///     configuration.start = .after(stored)
///     for try await next in ClusterChanges(configuration) {
///         try save(next.change, next.position)
///     }
///
/// Changes of one member, or of one cluster, are in order. Changes of different partitions are interleaved in any
/// order.
public struct ClusterChanges: AsyncSequence, Sendable {
    /// The position at which to begin in partitions without an offset in `positions`.
    public enum Start: Equatable, Sendable {
        case beginning
        case end
        /// A record timestamp in milliseconds since 1970.
        case time(Int64)
        /// The position after a change. A partition that the topic did not have then begins at its first record.
        case after(Position)
    }

    public struct Configuration: Sendable {
        public var kafka: ClientConfiguration
        public var topic: String
        public var start = Start.end
        /// The next offsets of partitions that do not begin at `start`. They are checked like those of a position.
        public var positions: [Int32: Int64] = [:]
        /// Whether the sequence ends at the topic's end as of the start of the iteration.
        public var stopsAtEnd = false
        /// Called for each record that cannot be decoded as a change, which is then skipped. If nil, the iterator
        /// throws `InvalidRecord`.
        public var onInvalidRecord: (@Sendable (InvalidRecord) -> Void)?

        /// - Parameters:
        ///   - kafka: librdkafka's properties. Only committed records are read in any case.
        ///   - topic: The application's `output.topic`.
        public init(kafka: ClientConfiguration, topic: String) {
            self.kafka = kafka
            self.topic = topic
        }
    }

    /// A change and its location in the output topic.
    public struct Element: Sendable {
        public var change: ClusterChange
        public var partition: Int32
        public var offset: Int64
        /// The position after this change and all changes that the iterator returned before it.
        public var position: Position
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
        private var feed: TopicFeed?
        /// Decoded changes in reverse order.
        private var waiting: [(change: ClusterChange, partition: Int32, offset: Int64)] = []
        /// The error to be thrown after the decoded changes.
        private var failure: (any Error)?
        private var reached: Position
        /// Whether the end was reached, with `stopsAtEnd`.
        public private(set) var isAtEnd = false

        init(_ configuration: Configuration) {
            self.configuration = configuration
            reached = Position(topic: configuration.topic, offsets: [])
        }

        /// The position after the returned changes; `nil` before the first call of `next`.
        public var position: Position? { feed == nil ? nil : reached }

        /// The next offset of each partition after the returned changes.
        public var positions: [Int32: Int64] {
            Dictionary(uniqueKeysWithValues: reached.offsets.enumerated().map { (Int32($0), $1) })
        }

        /// Returns the next change; nil at the end.
        /// - Throws: `KafkaError`; `UnknownTopic`; `TopicReplaced`; `PositionInvalid`; `InvalidRecord` for an invalid
        ///   record, unless `onInvalidRecord` is set. After an error it throws the same error again. A new iterator
        ///   that starts after `position` meets an invalid record again: set `onInvalidRecord` to skip it.
        public mutating func next() async throws -> Element? {
            while !isAtEnd {
                if let element = try await next(timeout: .seconds(1)) { return element }
                try Task.checkCancellation()
            }
            return nil
        }

        /// Returns the next change, or `nil` if none arrives in time or at the end.
        public mutating func next(timeout: Duration) async throws -> Element? {
            if feed == nil { try await open() }
            guard let feed else { return nil }
            let deadline = ContinuousClock.now + timeout
            while waiting.isEmpty, !isAtEnd {
                if let failure { throw failure }
                fill(feed)
                if failure != nil { continue }
                guard waiting.isEmpty else { break }
                stepOver(feed)
                do { try await feed.check() } catch { failure = error }
                if failure != nil { continue }
                if configuration.stopsAtEnd, feed.isAtEnd {
                    isAtEnd = true
                } else if ContinuousClock.now >= deadline {
                    return nil
                } else {
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
            guard let (change, partition, offset) = waiting.popLast() else { return nil }
            reached.offsets[Int(partition)] = offset + 1
            if waiting.isEmpty, failure == nil { stepOver(feed) }
            return Element(change: change, partition: partition, offset: offset, position: reached)
        }

        /// All changes that were read have been returned: the position moves past the control records that follow.
        private mutating func stepOver(_ feed: TopicFeed) {
            for (partition, position) in feed.positions.enumerated() {
                // Changes after the end are read, but not returned.
                let most = configuration.stopsAtEnd ? feed.end(of: Int32(partition)) : .max
                reached.offsets[partition] = Swift.max(reached.offsets[partition], Swift.min(position, most))
            }
        }

        private mutating func open() async throws {
            let configuration = configuration
            if case .after(let position) = configuration.start, position.topic != configuration.topic {
                throw PositionInvalid(
                    description: "the position \(position) belongs to another topic than \(configuration.topic)")
            }
            let feed = try await TopicFeed(configuration.topic, configuration.kafka) { partition, count, marks, admin in
                if let unknown = configuration.positions.keys.filter({ $0 < 0 || $0 >= count }).min() {
                    throw PositionInvalid(
                        description: "\(configuration.topic) has no partition \(unknown): it has "
                            + Formatting.count(count, "partition"))
                }
                if let offset = configuration.positions[partition] {
                    try Position.check(offset, TopicPartition(configuration.topic, partition), marks)
                    return Swift.max(offset, marks.low)
                }
                switch configuration.start {
                case .beginning: return marks.low
                case .end: return marks.high
                case .time(let time):
                    return try await admin.offset(of: TopicPartition(configuration.topic, partition), atTime: time)
                case .after(let position): return try position.offset(partition, of: count, marks)
                }
            }
            reached.offsets = feed.starts
            self.feed = feed
        }

        private mutating func fill(_ feed: TopicFeed) {
            do {
                try feed.poll { partition, batch, index in
                    let offset = batch.offset(index)
                    if configuration.stopsAtEnd, offset >= feed.end(of: partition) { return }
                    guard let value = batch.valueBytes(index) else { return }
                    do throws(ProtoError) {
                        waiting.append((try ClusterChange(value), partition, offset))
                    } catch {
                        let record = InvalidRecord(
                            topic: configuration.topic, partition: partition, offset: offset, reason: error)
                        guard let skip = configuration.onInvalidRecord else { throw record }
                        skip(record)
                    }
                }
            } catch {
                // Changes read before the error are returned first, so that each is returned once.
                failure = error
            }
            // Changes are returned from the end of the array.
            waiting.reverse()
        }
    }
}

extension Position {
    /// Returns the offset at which to continue in a partition; `nil` for its first record.
    /// - Throws: `PositionInvalid` if records after the position have been deleted, or it is beyond the end.
    func offset(_ partition: Int32, of count: Int32, _ marks: Admin.Watermarks) throws -> Int64? {
        guard offsets.count <= Int(count) else {
            throw PositionInvalid(
                description: "\(topic) has \(Formatting.count(count, "partition")), and the position is of "
                    + "\(offsets.count): was it created again?")
        }
        guard Int(partition) < offsets.count else { return nil }
        let offset = offsets[Int(partition)]
        try Self.check(offset, TopicPartition(topic, partition), marks)
        return max(offset, marks.low)
    }

    /// - Throws: `PositionInvalid` if records after the offset have been deleted, or it is beyond the end.
    static func check(_ offset: Int64, _ place: TopicPartition, _ marks: Admin.Watermarks) throws {
        // Changes are written in transactions: the last offset of the log is that of a commit marker.
        let isMarker = offset + 1 == marks.low && marks.low == marks.high
        guard offset >= marks.low || isMarker else {
            throw PositionInvalid(
                description: "\(place): retention has deleted the changes from offset \(offset); the first remaining "
                    + "one is \(marks.low). Start again from the beginning or from a table of members")
        }
        guard offset <= marks.high else {
            throw PositionInvalid(
                description: "\(place): the position is offset \(offset), but the topic ends at \(marks.high). It "
                    + "may have been recreated")
        }
    }
}
