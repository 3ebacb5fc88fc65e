internal import ShoalClustering
internal import ShoalKafka
internal import ShoalPipeline
internal import ShoalSchemas

/// Reads a range of a partition from beginning to end.
struct BoundedReader {
    private let client: ReaderClient
    private let progress: ReplayProgress

    init(_ configuration: ClientConfiguration, _ progress: ReplayProgress) throws(KafkaError) {
        client = try ReaderClient(configuration.reading)
        self.progress = progress
    }

    /// Visits the committed records of the range, in order; waits for transactions that are open within it.
    /// - Parameter pause: is called after some records, and may wait.
    /// - Throws: `CancellationError` if the run is stopped.
    func read(
        _ partition: TopicPartition, _ range: Range<Int64>, pause: () async throws -> Void = {},
        _ visit: (borrowing MessageBatch, Int) throws -> Void
    ) async throws {
        guard !range.isEmpty else { return }
        let reader = try client.reader(
            topic: partition.topic, partition: partition.partition, from: range.lowerBound)
        while reader.position < range.upperBound {
            try progress.check()
            if try Self.visit(reader, range, visit) {
                progress.step()
                try await pause()
            } else {
                try await progress.waiting(
                    "\(partition) is read up to offset \(reader.position) of \(range.upperBound)"
                ) {
                    try await wait(reader, range, visit, pause)
                }
            }
        }
    }

    /// Waits for the next records, and visits them; or for the end of the range, before which there may be no record.
    private func wait(
        _ reader: PartitionReader, _ range: Range<Int64>,
        _ visit: (borrowing MessageBatch, Int) throws -> Void, _ pause: () async throws -> Void
    ) async throws {
        while reader.position < range.upperBound {
            await reader.wait(atMost: .milliseconds(50))
            try Task.checkCancellation()
            try progress.check()
            let position = reader.position
            let hasRead = try Self.visit(reader, range, visit)
            if reader.position != position { progress.step() }
            if hasRead { return try await pause() }
        }
    }

    /// - Returns: whether there were records.
    private static func visit(
        _ reader: PartitionReader, _ range: Range<Int64>, _ visit: (borrowing MessageBatch, Int) throws -> Void
    ) throws -> Bool {
        let batch = try reader.poll(max: 1_024)
        for index in 0..<batch.count where batch.offset(index) < range.upperBound { try visit(batch, index) }
        return batch.count > 0
    }
}
