internal import Clustering
internal import Kafka
internal import Pipeline
internal import Schemas

extension Verification {
    /// Reads what was published and computes what had to be, side by side.
    func compare(
        _ run: RecordedRun, _ stretches: [Stretch], _ published: (changes: PublishedChanges, ranges: [Range<Int64>]),
        _ coordinator: ReplayCoordinator, modelsBefore: Int64
    ) async throws -> VerifyReport {
        let changes = published.changes
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for (output, range) in published.ranges.enumerated() {
                group.addTask {
                    do {
                        try await read(Int32(output), range, into: changes)
                    } catch {
                        await changes.stop()
                        await coordinator.stop()
                        throw error
                    }
                }
            }
            do {
                let results = try await compute(run, stretches, changes, coordinator)
                let report = try await report(
                    results, stretches, changes, coordinator, modelsBefore: modelsBefore)
                await changes.stop()
                try await group.waitForAll()
                return report
            } catch {
                await changes.stop()
                await coordinator.stop()
                throw error
            }
        }
    }

    private func read(_ output: Int32, _ range: Range<Int64>, into changes: PublishedChanges) async throws {
        var records: [RecordQueue.Record] = []
        func add() async throws {
            try await changes.add(records, output: output)
            records.removeAll(keepingCapacity: true)
        }
        try await BoundedReader(client).read(TopicPartition(topics.output, output), range, pause: add) {
            batch, index in
            records.append(
                RecordQueue.Record(
                    key: batch.keyBytes(index) ?? [], value: batch.valueBytes(index) ?? [],
                    offset: batch.offset(index)))
        }
        try await add()
        await changes.finish(output: output)
    }

    /// Repeats the run, each partition up to its committed position.
    private func compute(
        _ run: RecordedRun, _ stretches: [Stretch], _ changes: PublishedChanges, _ coordinator: ReplayCoordinator
    ) async throws -> [PartitionResult] {
        let input = try TopicInput(
            topics.input, client, options, progress, recorded: run.genesis.model.settings.fixed,
            ranges: stretches.map { $0.from..<max($0.target.offset, $0.from) })
        let genesis = CompiledModel(run.genesis.model, version: nil)
        let models = RecordedModels(run.table)
        let format: PipelineOptions.OutputFormat = isJSON ? .json : .protobuf
        let outlet = ReplayOutlet(
            members: { changed, partition in
                let expected = Self.expected(changed, partition, ChangeRecord(format: format))
                try await changes.compare(expected, input: partition)
            }, clusters: { _, _ in })
        return try await withThrowingTaskGroup(of: PartitionResult.self) { group in
            for stretch in stretches {
                group.addTask {
                    let place = Int(stretch.partition)
                    var engine = try await stretch.start.engine(
                        stretch.partition, stretch.from..<stretch.high, at: place, genesis, models, input)
                    engine.target = stretch.target
                    let skipped = engine.shard.counters.events
                    var partition = PartitionRun(
                        engine, coordinator: coordinator, progress: progress, outlet: outlet, keepsPlaces: false)
                    var rest = try input.source(stretch.partition, engine.offset..<stretch.high, at: place)
                    var result = try await partition.run(&rest)
                    result.counters.events -= skipped
                    return result
                }
            }
            do {
                return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.partition < $1.partition }
            } catch {
                // Those who wait for models go home, so that the error can be told.
                await coordinator.stop()
                throw error
            }
        }
    }

    private static func expected(
        _ changes: [MemberChange], _ partition: Int32, _ encoder: ChangeRecord
    ) -> [PublishedChanges.Expected] {
        var records = RecordBuffer()
        return changes.map { change in
            records.removeAll()
            encoder.append(change, partition: partition, memberships: false, to: &records)
            let entry = records.entries.first
            return PublishedChanges.Expected(
                key: (entry?.key).map { Array(records.bytes[$0]) } ?? [],
                value: (entry?.value).map { Array(records.bytes[$0]) } ?? [], inputOffset: change.offset)
        }
    }

    private func report(
        _ results: [PartitionResult], _ stretches: [Stretch], _ changes: PublishedChanges,
        _ coordinator: ReplayCoordinator, modelsBefore: Int64
    ) async throws -> VerifyReport {
        var report = VerifyReport()
        report.application = application
        let models = await coordinator.verified
        for (result, stretch) in zip(results, stretches) {
            report.events += result.counters.events
            report.partitions.append(
                VerifyReport.Partition(
                    partition: result.partition, isFromCheckpoint: stretch.start != nil,
                    from: stretch.start?.point.offset ?? stretch.from, to: result.position.offset,
                    phase: PhaseMetadata.text(result.position.phase)))
            if result.position != stretch.target, !progress.isStopped {
                report.differences.append(overshot(result, stretch))
                continue
            }
            try await changes.checkRest(input: result.partition) { ($0.inputOffset ?? -1) < stretch.target.offset }
        }
        try await changes.compare(models.expected, input: -1)
        try await changes.checkRest(input: -1) { change in
            // What models tell that are newer than the positions is not compared.
            guard let last = models.lastVersion, let version = change.modelVersion else { return true }
            return version <= last
        }
        if let difference = models.difference { report.differences.insert(difference, at: 0) }
        let disobeyed = progress.isStopped || models.difference != nil ? nil : await coordinator.disobeyed
        if let left = disobeyed, left.offset < modelsBefore {
            report.differences.insert(
                Difference(
                    .model, modelVersion: left.bookkeeping.through,
                    "the model of epoch \(left.bookkeeping.through ?? 0) (offset \(left.offset) of \(topics.models)) "
                        + "includes closings that the input up to the committed positions does not give"), at: 0)
        }
        report.differences += await changes.differences.sorted { $0.key < $1.key }.map(\.value)
        report.changes = await changes.compared
        report.gone = await changes.gone
        report.earlier = await changes.earlier
        report.models = models.compared
        report.lastModel = models.lastVersion
        return report
    }

    private func overshot(_ result: PartitionResult, _ stretch: Stretch) -> Difference {
        var difference = Difference(
            .position, modelVersion: result.starvedFor,
            "\(topics.input) partition \(result.partition): the replay came to offset \(result.position.offset) "
                + "\(PhaseMetadata.text(result.position.phase)), and not to the committed \(stretch.target.offset) "
                + PhaseMetadata.text(stretch.target.phase)
                + (result.starvedFor.map { "; it needed the model of epoch \($0), which was not recorded" } ?? ""))
        difference.inputPartition = result.partition
        difference.inputOffset = result.position.offset
        return difference
    }
}

extension ReplayCoordinator {
    /// What became of the comparison of models.
    var verified: (difference: Difference?, compared: Int64, expected: [PublishedChanges.Expected], lastVersion: Epoch?)
    {
        guard let models = watcher as? ModelVerifier else { return (nil, 0, [], nil) }
        return (models.difference ?? models.wrongInclusion, models.compared, models.expected, models.lastVersion)
    }
}
