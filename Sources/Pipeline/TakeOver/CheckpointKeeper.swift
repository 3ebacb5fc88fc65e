internal import Clustering
import Foundation
internal import Kafka

/// The checkpoints in a directory of this host: reads them when a partition is taken over, and writes them anew from time to
/// time. Files are a convenience: whatever is wrong with one is told, and the state is read from Kafka.
actor CheckpointKeeper {
    /// Files are large: they are read and written on a thread of their own.
    private let executor = ThreadExecutor(name: "shoal-checkpoint")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// The content hash of the model that the open epoch of a snapshot has; nil: it is not there any more.
    typealias ModelHash = @Sendable (_ epoch: Epoch?) async throws -> [UInt8]?

    private let directory: URL
    private let options: PipelineOptions
    private let log: PipelineLog

    /// - Returns: nil where none are wanted.
    init?(_ options: PipelineOptions, log: PipelineLog) {
        guard let directory = options.checkpointDirectory else { return nil }
        self.directory = URL(fileURLWithPath: directory)
        self.options = options
        self.log = log
    }

    private func head(_ partition: Int32) -> Checkpoint.Head {
        Checkpoint.Head(
            application: options.application, partition: partition, keyFingerprint: options.key.fingerprint)
    }

    private func url(_ partition: Int32) -> URL {
        directory.appending(path: "\(options.application)-\(partition).checkpoint")
    }

    /// What the file tells of a partition's state; nil where there is none that can be used.
    /// - Parameters:
    ///   - low, high: the watermarks of the state topic's partition.
    func load(_ partition: Int32, low: Int64, high: Int64, modelHash: ModelHash) async throws -> Checkpoint? {
        let url = url(partition)
        do {
            guard let found = try Checkpoint(of: url, expected: head(partition)) else { return nil }
            guard (low...high).contains(found.head.offset) else {
                throw Checkpoint.Failure.foreign(
                    "it goes up to offset \(found.head.offset), but \(options.topics.state) partition \(partition) has \(low) to \(high)"
                )
            }
            guard try await modelHash(found.head.epoch) == found.head.modelHash else {
                throw Checkpoint.Failure.foreign("\(options.topics.models) does not have its model")
            }
            return found
        } catch let error as CancellationError {
            throw error
        } catch {
            let aside = url.appendingPathExtension("bad")
            let hasMoved = unsafe rename(url.path, aside.path) == 0
            log.warning(
                "the checkpoint \(url.path) cannot be used, and the state is read from \(options.topics.state): \(error)"
                    + (hasMoved ? "; it is \(aside.path) now" : ""), ("partition", "\(partition)"))
            return nil
        }
    }

    /// Writes a partition's file.
    func save(_ state: StateTable, _ partition: Int32, offset: Int64, modelHash: ModelHash) async throws {
        guard let point = try state.wholePoint() else { return }
        guard let hash = try await modelHash(point.epoch) else { return }
        var head = head(partition)
        head.offset = offset
        head.epoch = point.epoch
        head.modelHash = hash
        do {
            try Checkpoint(head: head, state: state).write(to: url(partition))
        } catch {
            log.warning(
                "the checkpoint \(url(partition).path) cannot be written, and the one before stays: \(error)",
                ("partition", "\(partition)"))
        }
    }

    /// Deletes files of this application that were not written for `checkpoint.keep`: what was erased since stands in them.
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
            log.info("deleted a checkpoint that is too old", ("file", path))
        }
    }
}
