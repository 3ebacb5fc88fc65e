package import ShoalKafka

/// Reads committed records of ranges of many partitions concurrently.
package struct RangeReader {
    package struct Range {
        var partition: TopicPartition
        var from: Int64
        var through: Int64
        /// The maximum number of records to read.
        var most = Int.max
    }

    private let client: ReaderClient

    /// The number of partitions read at the same time.
    private static let breadth = 64

    /// - Parameter isShort: Whether the ranges are short.
    package init(_ kafka: ClientConfiguration, isShort: Bool = true) throws(KafkaError) {
        var kafka = kafka
        guard isShort else {
            client = try ReaderClient(kafka)
            return
        }
        // Only a few records of each partition are needed, and at the end of the log a broker delays its answer.
        for (name, value) in [
            "fetch.wait.max.ms": "20", "queued.min.messages": "100", "queued.max.messages.kbytes": "2048",
            "fetch.message.max.bytes": "262144",
        ] where kafka.settings[name] == nil { kafka.settings[name] = value }
        client = try ReaderClient(kafka)
    }

    /// Visits the records of all ranges, in order within a range.
    /// - Parameters:
    ///   - patience: The time without records after which reading is given up.
    ///   - visit: Receives the index of the range, the batch and the message's index in it.
    /// - Returns: The indices of incomplete ranges with the position reached. A transaction is open there, or brokers
    ///   are unreachable.
    nonisolated(nonsending) func read(
        _ ranges: [Range], patience: Duration = .seconds(4),
        _ visit: (Int, borrowing MessageBatch, Int) throws -> Void
    ) async throws -> [Int: Int64] {
        var unread: [Int: Int64] = [:]
        for start in stride(from: 0, to: ranges.count, by: Self.breadth) {
            let indices = start..<min(start + Self.breadth, ranges.count)
            unread.merge(try await read(ranges, indices, patience, visit)) { $1 }
        }
        return unread
    }

    /// Visits all records of the ranges.
    /// - Throws: `PipelineError` if a range cannot be read to its end; `KafkaError`.
    package nonisolated(nonsending) func readWhole(
        _ ranges: [Range], _ visit: (borrowing MessageBatch, Int) throws -> Void
    ) async throws {
        let unread = try await read(ranges) { try visit($1, $2) }
        guard let (index, offset) = unread.min(by: { $0.key < $1.key }) else { return }
        throw PipelineError(
            .kafka,
            "\(ranges[index].partition) cannot be read beyond offset \(offset): a transaction is open there, or brokers "
                + "are down. Try again")
    }

    private nonisolated(nonsending) func read(
        _ ranges: [Range], _ indices: Swift.Range<Int>, _ patience: Duration,
        _ visit: (Int, borrowing MessageBatch, Int) throws -> Void
    ) async throws -> [Int: Int64] {
        var open: [(index: Int, reader: PartitionReader, left: Int)] = []
        for index in indices where ranges[index].from < ranges[index].through && ranges[index].most > 0 {
            let range = ranges[index]
            let reader = try client.reader(
                topic: range.partition.topic, partition: range.partition.partition, from: range.from)
            open.append((index, reader, range.most))
        }
        var end = ContinuousClock.now + patience
        while !open.isEmpty, ContinuousClock.now < end {
            try Task.checkCancellation()
            var hasRead = false
            for place in open.indices {
                let (index, reader, _) = open[place]
                let batch = try reader.poll(max: 256)
                for message in 0..<batch.count {
                    guard open[place].left > 0, batch.offset(message) < ranges[index].through else { break }
                    open[place].left -= 1
                    try visit(index, batch, message)
                }
                hasRead = hasRead || batch.count > 0
            }
            open.removeAll { $0.left == 0 || $0.reader.position >= ranges[$0.index].through }
            if hasRead { end = .now + patience }
            if !hasRead, let first = open.first { await first.reader.wait(atMost: .milliseconds(20)) }
        }
        return Dictionary(uniqueKeysWithValues: open.map { ($0.index, $0.reader.position) })
    }
}

extension Admin {
    /// Returns the ranges of a topic's partitions up to their present ends; nil if it does not exist.
    /// - Parameter offsets: The first offset by partition, if records before it have been read.
    package func ranges(
        of topic: String, after offsets: [Int32: Int64] = [:]
    ) async throws -> [RangeReader.Range]? {
        guard let count = try await partitions(of: topic) else { return nil }
        var ranges: [RangeReader.Range] = []
        for number in 0..<count {
            let place = TopicPartition(topic, number)
            let marks = try await watermarks(of: place)
            let from = max(offsets[number] ?? marks.low, marks.low)
            ranges.append(.init(partition: place, from: from, through: marks.high))
        }
        return ranges
    }
}

extension [RangeReader.Range] {
    /// Returns the ranges shortened at their starts, each by the same share, so that they have about so many records.
    package func newest(_ most: Int) -> Self {
        let total = reduce(0) { $0 + ($1.through - $1.from) }
        guard total > most else { return self }
        return map { range in
            var range = range
            range.from = range.through - Int64(Double(range.through - range.from) * Double(most) / Double(total))
            return range
        }
    }
}
