import Foundation
internal import ShoalClustering
internal import ShoalKafka
internal import ShoalSettings

/// Manages the checkpoints in a directory of this host: reads them at a take-over and renews them at intervals. Files
/// are optional: if one cannot be used, this is logged and the state is read from Kafka.
actor CheckpointKeeper {
    /// Files are large, so they are read and written on a separate thread.
    private let executor = ThreadExecutor(name: "shoal-checkpoint")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// The model that a snapshot refers to.
    struct Origin: Sendable {
        /// The content hash of the open epoch's model; `nil` if the model no longer exists.
        var modelHash: [UInt8]?
        /// The time at which the genesis model was written, in ms since 1970; `nil` if unknown.
        var life: Int64?
    }

    typealias OriginOf = @Sendable (_ epoch: Epoch?) async throws -> Origin

    private let directory: URL
    private let options: PipelineOptions
    nonisolated let statistics: PipelineStatistics
    private let log: PipelineLog

    /// - Returns: `nil` if checkpoints are disabled.
    init?(_ options: PipelineOptions, statistics: PipelineStatistics, log: PipelineLog) {
        guard let directory = options.checkpointDirectory else { return nil }
        self.directory = URL(fileURLWithPath: directory)
        self.options = options
        self.statistics = statistics
        self.log = log
    }

    private nonisolated func head(_ partition: Int32) -> Checkpoint.Head {
        Checkpoint.Head(
            application: options.application, partition: partition, keyFingerprint: options.key.fingerprint)
    }

    private nonisolated func sealer(_ partition: Int32) -> RecordSealer {
        options.sealer(of: .state, partition: partition)
    }

    private nonisolated func url(_ partition: Int32) -> URL {
        Checkpoint.url(in: directory, options.application, partition)
    }

    /// Returns the usable checkpoint of a partition, or `nil`. Several can be loaded concurrently.
    /// - Parameters:
    ///   - low, high: The watermarks of the state topic's partition.
    nonisolated func load(_ partition: Int32, low: Int64, high: Int64, origin: OriginOf) async throws -> Checkpoint? {
        do {
            guard
                let found = try await Checkpoint.read(
                    url(partition), expected: head(partition), by: sealer(partition))
            else { return nil }
            try await check(found.head, low...high, origin)
            statistics.count(checkpoint: .read)
            return found
        } catch {
            try setAside(partition, error)
            return nil
        }
    }

    /// Returns the base of the next checkpoint without decoding its members.
    func base(_ partition: Int32, low: Int64, high: Int64, origin: OriginOf) async throws -> Checkpoint.Base? {
        do {
            guard
                let found = try await Checkpoint.Base.read(
                    url(partition), expected: head(partition), by: sealer(partition))
            else { return nil }
            try await check(found.head, low...high, origin)
            return found
        } catch {
            try setAside(partition, error)
            return nil
        }
    }

    private nonisolated func check(_ head: Checkpoint.Head, _ range: ClosedRange<Int64>, _ origin: OriginOf)
        async throws
    {
        let origin = try await origin(head.epoch)
        if let ours = origin.life, let its = head.life, ours != its {
            throw Checkpoint.Failure.foreign(
                "it was written before \(head.application) was reset; the file can be deleted")
        }
        guard range.contains(head.offset) else {
            throw Checkpoint.Failure.foreign(
                "it goes up to offset \(head.offset), but \(options.topics.state) partition \(head.partition) has "
                    + "\(range.lowerBound) to \(range.upperBound)")
        }
        guard origin.modelHash == head.modelHash else {
            throw Checkpoint.Failure.foreign("\(options.topics.models) does not contain its model")
        }
    }

    /// Renames a file that cannot be used.
    /// - Throws: The error, if it is not about the file's content.
    private nonisolated func setAside(_ partition: Int32, _ error: any Error) throws {
        if error is CancellationError { throw error }
        let url = url(partition)
        statistics.count(checkpoint: .refused)
        let aside = url.appendingPathExtension("bad")
        let hasMoved = unsafe rename(url.path, aside.path) == 0
        log.warning(
            "checkpoint cannot be used: reading the state topic", ("file", url.path),
            ("moved_to", hasMoved ? aside.path : ""), ("topic", options.topics.state), ("partition", "\(partition)"),
            ("error", "\(error)"))
    }

    /// Writes a partition's file.
    /// - Parameter base: The previous file, if `state` contains only newer records.
    func save(
        _ state: StateTable, after base: Checkpoint.Base? = nil, _ partition: Int32, offset: Int64,
        origin: OriginOf
    ) async throws {
        guard let point = try state.wholePoint() else { return }
        let origin = try await origin(point.epoch)
        guard let hash = origin.modelHash else { return }
        var head = head(partition)
        head.offset = offset
        head.epoch = point.epoch
        head.modelHash = hash
        head.life = origin.life
        do {
            let url = url(partition)
            let members = try Checkpoint(head: head, state: state).write(to: url, after: base)
            let size = try FileManager.default.attributesOfItem(atPath: url.path)[.size] as? Int64
            statistics.saved(checkpoint: partition, offset: offset, members: members, bytes: size ?? 0)
        } catch {
            statistics.count(checkpoint: .failed)
            log.warning(
                "checkpoint cannot be written: keeping the previous one", ("file", url(partition).path),
                ("partition", "\(partition)"), ("error", "\(error)"))
        }
    }

    /// Deletes files of this application that were not renewed for `checkpoint.keep`, because they may contain erased
    /// members.
    func deleteOld() {
        let files = FileManager.default
        for name in (try? files.contentsOfDirectory(atPath: directory.path)) ?? [] {
            guard name.hasPrefix("\(options.application)-"), name.contains(".checkpoint") else { continue }
            let path = directory.appending(path: name).path
            let written = (try? files.attributesOfItem(atPath: path))?[.modificationDate] as? Date
            guard let written, Date.now.timeIntervalSince(written) > options.checkpointKeep / .seconds(1) else {
                continue
            }
            try? files.removeItem(atPath: path)
            log.info("deleted an old checkpoint", ("file", path))
        }
    }
}
