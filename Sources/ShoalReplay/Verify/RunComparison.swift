internal import ShoalClustering
internal import ShoalKafka
internal import ShoalPipeline
internal import ShoalSchemas
internal import ShoalSettings

/// Replays a recorded run from its input, and compares the published output with the expected output. The caller
/// provides the input and the output.
struct RunComparison: Sendable {
    let application: String
    let topics: Verification.Topics
    let run: RecordedRun
    let inputRanges: [Verification.InputRange]
    let changes: PublishedChanges
    let coordinator: ReplayCoordinator
    let key: PrivacyKey
    let isJSON: Bool
    /// Models from this offset of the model topic on may include epoch deltas after the committed positions.
    let modelsBefore: Int64
    let progress: ReplayProgress

    /// Reads the published output while computing the expected output, and compares them.
    /// - Parameters:
    ///   - outputs: The number of partitions of the output topic.
    ///   - read: Passes all records of an output partition to `changes`.
    ///   - engine: Returns the engine at the start of a partition.
    ///   - source: Returns a partition's records from an offset on.
    func report<Source: EventSource>(
        outputs: Int, read: @escaping @Sendable (Int32) async throws -> Void,
        engine: @escaping @Sendable (Verification.InputRange) async throws -> PartitionEngine,
        source: @escaping @Sendable (Verification.InputRange, Int64) throws -> Source
    ) async throws -> VerifyReport {
        let (changes, coordinator) = (changes, coordinator)
        progress.onStop {
            Task {
                await changes.stop()
                await coordinator.stop()
            }
        }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for output in 0..<Int32(outputs) {
                group.addTask {
                    do {
                        try await read(output)
                        await changes.finish(output: output)
                    } catch {
                        await stop()
                        throw error
                    }
                }
            }
            do {
                let results = try await compute(engine, source)
                let report = try await report(results)
                try progress.check()
                // The remaining output is not needed, so readers are cancelled. If one failed, its error ends the
                // comparison.
                await stop()
                group.cancelAll()
                while let outcome = await group.nextResult() {
                    if case .failure(let error) = outcome, !(error is CancellationError) { throw error }
                }
                return report
            } catch {
                await stop()
                group.cancelAll()
                throw error
            }
        }
    }

    private func stop() async {
        await changes.stop()
        await coordinator.stop()
    }

    /// Replays each partition up to its committed position.
    private func compute<Source: EventSource>(
        _ engine: @escaping @Sendable (Verification.InputRange) async throws -> PartitionEngine,
        _ source: @escaping @Sendable (Verification.InputRange, Int64) throws -> Source
    ) async throws -> [PartitionResult] {
        let (changes, key, format): (_, _, OutputFormat) = (changes, key, isJSON ? .json : .protobuf)
        let outlet = ReplayOutlet(
            members: { changed, partition in
                let expected = Self.expected(changed, partition, ChangeRecord(format: format, key: key))
                try await changes.compare(expected, input: partition)
            }, clusters: { _, _ in })
        return try await withThrowingTaskGroup(of: PartitionResult.self) { group in
            for inputRange in inputRanges {
                group.addTask {
                    do {
                        var engine = try await engine(inputRange)
                        engine.driver.target = inputRange.target
                        let skipped = engine.driver.shard.counters.events
                        var rest = try source(inputRange, engine.driver.offset)
                        var partition = PartitionRun(
                            engine, coordinator: coordinator, progress: progress, outlet: outlet, keepsPlaces: false)
                        var result = try await partition.run(&rest)
                        result.counters.events -= skipped
                        return result
                    } catch {
                        // The other partitions may wait for this one.
                        await stop()
                        throw error
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.partition < $1.partition }
        }
    }

    private static func expected(
        _ changes: [MemberChange], _ partition: Int32, _ encoder: ChangeRecord
    ) -> [PublishedChanges.Expected] {
        var records = RecordBuffer()
        encoder.append(changes, partition: partition, memberships: false, to: &records)
        return zip(records.entries, changes).map { entry, change in
            PublishedChanges.Expected(
                key: entry.key.map { Array(records.bytes[$0]) } ?? [],
                value: entry.value.map { Array(records.bytes[$0]) } ?? [], inputOffset: change.offset)
        }
    }

    private func report(_ results: [PartitionResult]) async throws -> VerifyReport {
        var report = VerifyReport()
        report.application = application
        let verified = await coordinator.verified
        for (result, inputRange) in zip(results, inputRanges) {
            report.events += result.counters.events
            report.partitions.append(
                VerifyReport.Partition(
                    partition: result.partition, isFromCheckpoint: inputRange.start != nil,
                    from: inputRange.start?.point.offset ?? inputRange.from, to: result.position.offset,
                    phase: PhaseMetadata.text(result.position.phase)))
            if result.position != inputRange.target, !progress.isStopped {
                report.differences.append(overshot(result, inputRange))
                continue
            }
            try await changes.checkRest(input: result.partition) { ($1 ?? -1) < inputRange.target.offset }
        }
        try await changes.compare(verified.expected, input: -1)
        try await changes.checkRest(input: -1) { change, _ in
            // Ignore changes published by models that are newer than the positions.
            guard let last = verified.lastVersion, let version = change.modelVersion else { return true }
            return version <= last
        }
        if let difference = verified.difference { report.differences.insert(difference, at: 0) }
        let disobeyed = progress.isStopped || verified.difference != nil ? nil : await coordinator.disobeyed
        if let left = disobeyed, left.offset < modelsBefore {
            report.differences.insert(
                Difference(
                    .model, modelVersion: left.bookkeeping.through,
                    "the model of epoch \(left.bookkeeping.through ?? 0) (offset \(left.offset) of \(topics.models)) "
                        + "includes epoch deltas that the input up to the committed positions does not give"), at: 0)
        }
        report.differences += await changes.differences.sorted { $0.key < $1.key }.map(\.value)
        report.changes = await changes.compared
        report.gone = await changes.gone
        report.earlier = await changes.earlier
        report.models = verified.compared
        report.lastModel = verified.lastVersion
        return report
    }

    private func overshot(_ result: PartitionResult, _ inputRange: Verification.InputRange) -> Difference {
        var difference = Difference(
            .position, modelVersion: result.starvedFor,
            "\(topics.input) partition \(result.partition): the replay ended at offset \(result.position.offset) "
                + "\(PhaseMetadata.text(result.position.phase)), and not to the committed \(inputRange.target.offset) "
                + PhaseMetadata.text(inputRange.target.phase)
                + (result.starvedFor.map { "; it needed the model of epoch \($0), which was not recorded" } ?? ""))
        difference.inputPartition = result.partition
        difference.inputOffset = result.position.offset
        return difference
    }
}

extension ReplayCoordinator {
    /// The result of the comparison of models.
    var verified: (difference: Difference?, compared: Int64, expected: [PublishedChanges.Expected], lastVersion: Epoch?)
    {
        guard let models = watcher as? ModelVerifier else { return (nil, 0, [], nil) }
        return (models.difference ?? models.wrongIncludedDeltas, models.compared, models.expected, models.lastVersion)
    }
}
