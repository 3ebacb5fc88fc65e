internal import Foundation
internal import ShoalClustering
internal import ShoalKafka
internal import ShoalPipeline
internal import ShoalSchemas
internal import ShoalSettings

extension Replay {
    /// Replays a file of watch events in a format of `EventFormat`, plain, gzip or zstd. `-` is standard input.
    /// - Throws: `ReplayError` if it cannot be read; `Contradiction`, which no input can cause.
    public func run(file path: String) async throws -> ReplayResult {
        let mapping = options.settings.fixed.mapping
        try mapping?.checkSources(of: path)
        return try await run(try Self.reader(path, converts: mapping != nil))
    }

    /// Replays watch events that are read in blocks.
    func run(_ source: sending any EventBlockSource) async throws -> ReplayResult {
        let path = source.path
        let feed = FileFeed(source, partitions: options.partitions, key: options.key, waits: progress)
        progress.onStop { Task { await feed.stop() } }
        let spool = options.epochs == .given ? EpochSpool() : nil
        do {
            var result: ReplayResult
            if let spool {
                try await read(feed, into: spool)
                result = try await run(spool, partitions: options.partitions)
            } else {
                let coordinator = coordinator(partitions: options.partitions)
                result = try await withReaders(feed, coordinator) {
                    try await run(coordinator, partitions: options.partitions, isWhole: true) { partition in
                        FileSource(feed, partition: partition, key: options.key)
                    }
                }
            }
            result.report.input.name = path == "-" ? "standard input" : path
            for (reason, count) in await feed.rejected { result.report.input.rejected[reason.rawValue] = count }
            result.messages = await feed.examples
            return result
        } catch {
            await feed.stop()
            throw error
        }
    }

    private static func reader(_ path: String, converts: Bool) throws(ReplayError) -> EventFileReader {
        do throws(EventFileError) {
            return try EventFileReader(path, converts: converts)
        } catch {
            throw ReplayError(error)
        }
    }

    /// Parses the file's blocks in as many tasks as there are cores, while `body` uses the results.
    private func withReaders(
        _ feed: FileFeed, _ coordinator: ReplayCoordinator, _ body: () async throws -> ReplayResult
    ) async throws -> ReplayResult {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<Self.readers {
                group.addTask { try await read(feed, stopping: coordinator) { try await feed.deliver($0) } }
            }
            do {
                let result = try await body()
                try await group.waitForAll()
                return result
            } catch {
                // The error in the file is the cause of any error of the tasks that wait for its events.
                await feed.stop()
                try await group.waitForAll()
                throw error
            }
        }
    }

    private func read(_ feed: FileFeed, into spool: EpochSpool) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<Self.readers {
                group.addTask {
                    try await read(feed, stopping: nil) { block in
                        try await spool.add(block.pieces, ofBlock: block.number)
                        var counted = block
                        counted.pieces = []
                        try await feed.deliver(counted)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func read(
        _ feed: FileFeed, stopping coordinator: ReplayCoordinator?, _ give: (ParsedBlock) async throws -> Void
    ) async throws {
        let length = options.epochs == .given ? options.settings.fixed.epochLength : nil
        var parser = EventBlockParser(
            key: options.key, settings: options.settings.fixed, partitions: options.partitions,
            partitioner: options.settings.fixed.partitioner.ofKeys ?? .murmur2, epochLength: length)
        do {
            while let block = try await feed.nextBlock() {
                if progress.isStopped { break }
                try await give(parser.parse(block))
                if let share = await feed.progress { progress.set(share) }
            }
            guard progress.isStopped else { return }
            await feed.stop()
            await coordinator?.stop()
        } catch {
            // Wake waiting tasks, so that the error can be reported.
            await feed.stop()
            await coordinator?.stop()
            throw error
        }
    }

    /// The number of tasks that parse a file. With given epochs each has a viewer table, and more tables than cores
    /// would only evict each other from the caches.
    private static var readers: Int { min(max(ProcessInfo.processInfo.activeProcessorCount, 1), 3) }
}
