import ShoalSchemas
import TestSupport

@testable import ShoalClustering
@testable import ShoalKafka
@testable import ShoalPipeline
@testable import ShoalReplay

/// The records of a simulated run, which the comparison of `shoal verify` repeats in memory.
struct VerifiedRun: Sendable {
    let run: RecordedRun
    let inputRanges: [Verification.InputRange]
    let input: [[MemorySource.Record]]
    /// By partition of the output.
    private let output: [[RecordQueue.Record]]
    let key: PrivacyKey
    let seed: UInt64

    /// - Parameter outputs: The number of partitions of the output topic.
    /// - Returns: Nil if nothing was recorded yet.
    init?(_ world: Simulation, outputs: Int) throws {
        // Deliver the pending transaction markers to all logs. Open transactions stay open.
        while world.kafka.deliverMarker({ _ in 0 }) {}
        var table = ModelTable(world.seals.models)
        var models: [RecordedModel] = []
        var last: ModelRecord?
        for (offset, record) in world.kafka[.models].committed {
            guard case .bytes(let value) = record.value, let model = try table.take(value.span, offset: offset) else {
                continue
            }
            last = model
            guard model.bookkeeping.through != nil else { continue }
            let hash = Hex.text(SHA256Digest.of(ModelContent.encode(model.model).span))
            models.append(RecordedModel(model, offset: offset, announcedHash: hash))
        }
        guard let genesis = table.genesis, let last else { return nil }
        run = RecordedRun("models", genesis: genesis, life: nil, models: models, last: last, table: table)
        var (inputRanges, input): ([Verification.InputRange], [[MemorySource.Record]]) = ([], [])
        for (index, first) in genesis.firstOffsets.enumerated() {
            let partition = Int32(index)
            var target = Position(offset: first, phase: .genesis)
            if let committed = world.kafka.positions[.input(partition)] {
                guard let handled = committed.handled else { throw Finding("the metadata \(committed.metadata)") }
                target = handled
            }
            let log = world.kafka[.input(partition)]
            inputRanges.append(.init(partition: partition, from: first, high: log.high, target: target))
            input.append(log.committed.flatMap { MemorySource.Record.of($0.record, offset: $0.offset) })
        }
        (self.inputRanges, self.input) = (inputRanges, input)
        var output: [[RecordQueue.Record]] = Array(repeating: [], count: outputs)
        for (offset, record) in world.kafka[.changes].committed {
            guard case .bytes(let value) = record.value, let key = record.key else { continue }
            let partition = Partitioner.murmur2.partition(of: key.span, count: Int32(outputs)) ?? 0
            output[Int(partition)].append(.init(key: key, value: value, offset: offset))
        }
        self.output = output
        (key, seed) = (world.key, world.scenario.seed)
    }

    /// The number of recorded models and changes.
    var size: (models: Int, changes: Int) { (run.models.count, output.reduce(0) { $0 + $1.count }) }

    /// Repeats the run with its tasks in the order of a seed.
    /// - Returns: The error, the hang or the first differences; nil if the results are identical.
    func finding(order: UInt64) -> String? {
        let outcome = SeededExecutor.run(seed: order) { try await report(order: order) }
        switch outcome {
        case .returned(let report):
            return report.isIdentical ? nil : report.differences.map(\.text).joined(separator: "\n")
        case .failed(let error): return "\(error)"
        case .hung: return "all partitions wait for each other"
        case .endless: return "it does not end"
        }
    }

    private func report(order: UInt64) async throws -> VerifyReport {
        let progress = ReplayProgress()
        let continuation = try await Continuation(run, deltaCounts: inputRanges.map { _ in 0 })
        let before = PublishedChanges.Before(
            points: inputRanges.map { _ in nil }, model: nil, fixed: run.genesis.model.settings.fixed)
        let changes = PublishedChanges(
            outputs: Int32(output.count), isShortened: output.map { _ in false }, before: before, key: key,
            progress: progress)
        let comparison = RunComparison(
            application: "simulated",
            topics: .init(input: "input", output: "changes", models: "models", state: "state"), run: run,
            inputRanges: inputRanges, changes: changes,
            coordinator: continuation.coordinator(run, key: key, isJSON: false),
            key: key, isJSON: false, modelsBefore: .max, progress: progress)
        let genesis = CompiledModel(run.genesis.model, version: nil)
        let (input, output, key, seed) = (input, output, key, seed)
        return try await comparison.report(outputs: output.count) { partition in
            var draws = Draws(seed, 7, order, UInt64(partition))
            var rest = output[Int(partition)][...]
            while !rest.isEmpty {
                for _ in 0..<draws.below(4) { await Task.yield() }
                let count = 1 + draws.below(20)
                try await changes.add(Array(rest.prefix(count)), output: partition)
                rest = rest.dropFirst(count)
            }
        } engine: { inputRange in
            PartitionEngine(
                Shard(partition: inputRange.partition, genesis: genesis, keys: KeyedTopics(key)),
                offset: inputRange.from)
        } source: { inputRange, offset in
            MemorySource(
                input[Int(inputRange.partition)], from: offset,
                draws: Draws(seed, 8, order, UInt64(inputRange.partition)))
        }
    }
}
