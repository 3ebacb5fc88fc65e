internal import ShoalClustering
internal import ShoalKafka
internal import ShoalPipeline
internal import ShoalSchemas
internal import Synchronization

extension Replay {
    /// Replays the committed records of a range of a topic.
    /// - Throws: `ReplayError`; `KafkaError`; `Contradiction`, which no input can cause.
    public func run(_ range: TopicRange) async throws -> ReplayResult {
        let input = try TopicInput(
            range.topic, range.client, options, progress, ranges: range.offsets, partitions: range.offsets.count)
        var result: ReplayResult
        if options.epochs == .given {
            let spool = EpochSpool()
            try await read(range, input, into: spool)
            result = try await run(spool, partitions: range.offsets.count)
        } else {
            let coordinator = coordinator(partitions: range.offsets.count)
            result = try await run(coordinator, partitions: range.offsets.count) { partition in
                try input.source(Int32(partition), range.offsets[partition])
            }
            result.report.input.ranges = range.offsets.enumerated().map { partition, offsets in
                ReplayReport.Input.Range(
                    partition: Int32(partition), from: offsets.lowerBound, to: offsets.upperBound)
            }
        }
        result.report.input.name = range.topic
        result.report.input.rejected = input.rejected.byReason
        return result
    }

    /// Sorts the events of all partitions by their own epochs. An erasure belongs to the epoch of the previous event.
    private func read(_ range: TopicRange, _ input: TopicInput, into spool: EpochSpool) async throws {
        let length = options.settings.fixed.epochLength
        try await withThrowingTaskGroup(of: Void.self) { group in
            for partition in range.offsets.indices {
                group.addTask {
                    var source = try input.source(Int32(partition), range.offsets[partition])
                    var event = EngineEvent()
                    repeat {
                        var pieces: [Epoch: EventChunk] = [:]
                        while let record = source.next(&event) {
                            switch record {
                            case .event, .part:
                                pieces[event.time / length, default: EventChunk()].append(event)
                            case .erase:
                                throw ReplayError(
                                    .input,
                                    "\(range.topic) partition \(partition) has tombstones, which have no event time: "
                                        + "--epochs=given cannot assign them to an epoch. Use --epochs=clock")
                            case .rejected, .parts, .end: continue
                            }
                        }
                        try await spool.add(
                            pieces.sorted { $0.key < $1.key }.map {
                                PartitionEvents(epoch: $0.key, partition: partition, chunk: $0.value)
                            })
                    } while try await source.fill()
                }
            }
            try await group.waitForAll()
        }
    }
}

/// Counts invalid records of all partitions by reason. Thread-safe.
final class RejectedCounts: Sendable {
    private let counts = Mutex<[Rejection: Int64]>([:])

    func add(_ reason: Rejection) {
        counts.withLock { $0[reason, default: 0] += 1 }
    }

    var byReason: [String: Int64] {
        counts.withLock { counts in
            Dictionary(uniqueKeysWithValues: counts.map { ($0.key.rawValue, $0.value) })
        }
    }
}

extension ClientConfiguration {
    /// The configuration for reading a topic from beginning to end at full speed.
    var reading: ClientConfiguration {
        var client = self
        client.settings.merge(["fetch.wait.max.ms": "10", "queued.min.messages": "200000"]) { user, _ in user }
        return client
    }
}
