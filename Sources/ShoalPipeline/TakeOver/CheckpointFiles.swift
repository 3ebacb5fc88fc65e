import Foundation
package import ShoalClustering

/// Reads an application's checkpoints in a directory, to repeat its run from them. Changes nothing.
package struct CheckpointFiles: Sendable {
    /// A partition's last complete snapshot. Some members may belong to a later, unfinished one.
    package struct Saved: Sendable {
        package var header: ShardHeader
        package var members: RestoredMembers
        package var later: ShardHeader?
        /// The content hash of the open epoch's model.
        package var modelHash: [UInt8]
        /// The time at which the application began, in ms since 1970; `nil` if unknown.
        package var life: Int64?
    }

    /// A file that is not a valid checkpoint of this partition.
    package struct Unusable: Error, CustomStringConvertible {
        package var description: String

        package init(_ description: String) {
            self.description = description
        }
    }

    package let directory: String
    private let application: String
    private let stateTopic: String
    private let key: PrivacyKey

    package init(directory: String, application: String, stateTopic: String, key: PrivacyKey) {
        self.directory = directory
        self.application = application
        self.stateTopic = stateTopic
        self.key = key
    }

    package func path(_ partition: Int32) -> String {
        Checkpoint.url(in: URL(fileURLWithPath: directory), application, partition).path
    }

    /// - Returns: `nil` if the file does not exist.
    /// - Throws: `Unusable`.
    package func saved(_ partition: Int32) async throws(Unusable) -> Saved? {
        let path = path(partition)
        do {
            let head = Checkpoint.Head(
                application: application, partition: partition, keyFingerprint: key.fingerprint)
            let sealer = RecordSealer(key, topic: stateTopic, partition: partition)
            guard var found = try await Checkpoint.read(URL(fileURLWithPath: path), expected: head, by: sealer) else {
                return nil
            }
            guard let restored = try found.state.restored() else {
                throw Checkpoint.Failure.damaged("it has no complete snapshot")
            }
            return Saved(
                header: restored.header, members: restored.members, later: restored.later,
                modelHash: found.head.modelHash, life: found.head.life)
        } catch {
            throw Unusable("the checkpoint \(path) cannot be used: \(error)")
        }
    }
}
