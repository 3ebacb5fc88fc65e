internal import ShoalClustering
internal import ShoalKafka
internal import ShoalPipeline
internal import Synchronization

/// A partition's checkpoint as the start of a replay: a snapshot, and the point from which the replay is complete.
///
/// The members of a checkpoint may come from two snapshots. Until the log has been repeated up to the later one, some
/// members are skipped, and computed changes are discarded. Models are taken as recorded.
final class CheckpointStart: Sendable {
    let partition: Int32
    /// The offset at which reading begins.
    let offset: Int64
    /// The epoch open at that offset; `nil` in genesis.
    let epoch: Epoch?
    /// The point from which all changes are computed, and the number of deltas before it.
    let point: SnapshotPoint
    let deltaCount: Int64
    private let modelHash: [UInt8]
    private let life: Int64?
    private let path: String
    private let saved: Mutex<CheckpointFiles.Saved?>

    /// - Returns: `nil` if the partition has no checkpoint.
    /// - Throws: `ReplayError` if the file cannot be used.
    init?(_ partition: Int32, of files: CheckpointFiles) async throws(ReplayError) {
        self.partition = partition
        path = files.path(partition)
        do throws(CheckpointFiles.Unusable) {
            guard let found = try await files.saved(partition) else { return nil }
            (offset, epoch) = (found.header.point.offset, found.header.point.epoch)
            let last = found.members.lastPoint(after: found.header.point, later: found.later)
            guard last == found.header.point || last == found.later?.point else {
                throw CheckpointFiles.Unusable(
                    "the checkpoint \(files.path(partition)) has members of an unknown snapshot")
            }
            point = last
            deltaCount = (last == found.later?.point ? found.later : found.header)?.deltaCount ?? 0
            (modelHash, life) = (found.modelHash, found.life)
            saved = Mutex(found)
        } catch {
            throw ReplayError(.incomparable, error.description)
        }
    }

    /// Checks the checkpoint against the recorded run.
    /// - Parameters:
    ///   - low: The first available offset of the input partition.
    ///   - committed: The committed position; `nil` to skip this check.
    /// - Throws: `ReplayError`.
    func check(_ run: RecordedRun, _ models: RecordedModels, low: Int64, committed: Int64?) async throws {
        if let life, life != run.life {
            throw ReplayError(
                .incomparable, "the checkpoint \(path) was written before the application was reset")
        }
        let staleness = run.genesis.model.settings.fixed.staleness
        var model: Model? = run.genesis.model
        if let epoch { model = try await models.content(epoch - staleness) }
        let hash = model.map { SHA256Digest.of(ModelContent.encode($0).span) }
        guard hash == modelHash else {
            throw ReplayError(
                .incomparable, "the checkpoint \(path) needs a model that \(run.topic) does not contain")
        }
        guard low <= offset else {
            throw ReplayError(
                .incomparable,
                "the checkpoint \(path) has offset \(offset), but input partition \(partition) begins at \(low): "
                    + "retention has deleted the records after the checkpoint")
        }
        if let committed, committed < point.offset {
            throw ReplayError(
                .incomparable,
                "the checkpoint \(path) goes up to offset \(point.offset), but the group has committed only "
                    + "\(committed). Its position may have been moved back")
        }
    }

    /// Returns the shard at `point`. Must be called once.
    /// - Parameter source: The records from `offset` on.
    /// - Throws: `ReplayError` if the log does not lead to the point.
    func shard<Source: EventSource>(
        _ models: RecordedModels, _ genesis: CompiledModel, _ key: PrivacyKey, _ source: inout Source
    ) async throws -> Shard<KeyedTopics> {
        let taken = saved.withLock { saved in
            defer { saved = nil }
            return saved
        }
        guard let taken else { throw ReplayError(.contradiction, "the checkpoint \(path) was used twice") }
        let staleness = genesis.model.settings.fixed.staleness
        var model = genesis
        guard genesis.model.settings.fixed.epochs.contains(epoch ?? 0) else { throw astray }
        if let epoch { model = try await models.exact(epoch - staleness) ?? genesis }
        let shard = Shard(
            partition: partition, model: model, keys: KeyedTopics(key), header: taken.header,
            members: taken.members, later: taken.later)
        var driver = PartitionDriver(shard, offset: taken.header.point.offset)
        try await catchUp(&driver, models, &source)
        driver.shard.endRestore()
        return driver.shard
    }

    private func catchUp<Source: EventSource>(
        _ driver: inout PartitionDriver<KeyedTopics>, _ models: RecordedModels, _ source: inout Source
    ) async throws {
        var event = EngineEvent()
        while driver.shard.restoredThrough != nil {
            guard let record = source.next(&event) else {
                guard try await source.fill() else { throw astray }
                continue
            }
            driver.changes.removeAll(keepingCapacity: true)
            switch record {
            case .rejected(let place): driver.pass(place)
            case .erase(let member, let place): driver.erase(member, at: place)
            case .event(let place):
                if try await advance(&driver, to: event.tick, at: place, models) { return }
                driver.handle(event, at: place)
            case .parts(let place, let latest):
                if let latest, try await advance(&driver, to: latest, at: place, models) { return }
            case .part(let place): driver.handle(part: event, at: place)
            case .end(let place): driver.endRecord(place)
            }
        }
    }

    /// Performs the steps before an event.
    /// - Returns: Whether the state was reached by them, so that the event is left.
    private func advance(
        _ driver: inout PartitionDriver<KeyedTopics>, to tick: EngineEvent.Tick, at place: Int64,
        _ models: RecordedModels
    ) async throws -> Bool {
        guard place <= point.offset else { throw astray }
        while let stop = driver.advance(to: tick, at: place) {
            guard case .needs(let version) = stop else { continue }
            guard let model = try await models.exact(version) else { throw astray }
            driver.openWhole(model, at: place)
            if driver.shard.restoredThrough == nil { return true }
        }
        return false
    }

    private var astray: ReplayError {
        ReplayError(
            .incomparable,
            "the checkpoint \(path) goes up to offset \(point.offset) of partition \(partition), but the replay does "
                + "not arrive there. It may belong to another application")
    }
}

extension CheckpointStart {
    /// Returns the checkpoints of the partitions that may need one: if they are requested, or if an input no longer has
    /// its first offset.
    static func all(
        _ topics: Verification.Topics, _ checkpoints: Verification.Checkpoints?, _ application: String,
        _ key: PrivacyKey, _ admin: Admin
    ) async throws -> [Int32: CheckpointStart] {
        guard let checkpoints, let count = try await admin.partitions(of: topics.input, timeout: .seconds(10)) else {
            return [:]
        }
        let files = CheckpointFiles(
            directory: checkpoints.directory, application: application, stateTopic: topics.state, key: key)
        let found = try await withThrowingTaskGroup(of: CheckpointStart?.self) { group in
            for partition in 0..<count {
                let low = try await admin.watermarks(of: TopicPartition(topics.input, partition)).low
                guard checkpoints.isAsked || low > 0 else { continue }
                group.addTask { try await CheckpointStart(partition, of: files) }
            }
            return try await group.reduce(into: [Int32: CheckpointStart]()) { found, start in
                if let start { found[start.partition] = start }
            }
        }
        guard !checkpoints.isAsked || !found.isEmpty else {
            throw ReplayError(
                .incomparable,
                "\(checkpoints.directory) has no checkpoints of \(application) (\(application)-0.checkpoint and so on)")
        }
        return found
    }
}

extension CheckpointStart? {
    /// Returns the engine at the partition's start: the checkpoint's point, or the application's first offset.
    /// - Parameters:
    ///   - range: From the application's first offset, if it begins there, to the offset after the last one.
    ///   - place: The partition's index in the input's progress.
    func engine(
        _ partition: Int32, _ range: Range<Int64>, at place: Int, _ genesis: CompiledModel, _ models: RecordedModels,
        _ input: TopicInput
    ) async throws -> PartitionEngine {
        guard let self else {
            return PartitionEngine(
                Shard(partition: partition, genesis: genesis, keys: KeyedTopics(input.key)), offset: range.lowerBound)
        }
        var before = try input.source(partition, self.offset..<range.upperBound, at: place)
        return PartitionEngine(try await self.shard(models, genesis, input.key, &before), offset: self.point.offset)
    }

    /// Returns the checkpoint to begin at, or `nil` to begin at the application's first offset.
    /// - Parameters:
    ///   - low: The first available offset of the partition.
    ///   - first: The application's first offset.
    /// - Throws: `ReplayError` if the first offset was deleted and the partition has no checkpoint.
    func beginning(
        _ input: String, _ partition: Int32, low: Int64, first: Int64, _ checkpoints: Verification.Checkpoints?,
        _ application: String
    ) throws -> CheckpointStart? {
        if low <= first { return checkpoints?.isAsked == true ? self : nil }
        if let self { return self }
        let gone =
            "\(input) partition \(partition) begins at offset \(low), but the run started at offset \(first): "
            + "retention has deleted the beginning"
        guard let checkpoints else {
            throw ReplayError(.incomparable, "\(gone). To start at checkpoints instead, use --from-checkpoint DIR")
        }
        throw ReplayError(
            .incomparable,
            "\(gone), and \(checkpoints.directory) has no \(application)-\(partition).checkpoint: each host has those "
                + "of its own partitions. Copy all into one directory, and name it with --from-checkpoint")
    }
}
