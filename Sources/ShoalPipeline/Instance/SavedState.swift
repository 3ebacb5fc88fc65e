/// The last snapshot and checkpoint of a partition.
public struct SavedState: Equatable, Sendable {
    /// A snapshot in the state topic, or a checkpoint on this host.
    public struct Save: Equatable, Sendable {
        /// Milliseconds of the monotonic clock.
        var at: Int64
        /// For a checkpoint: the next offset of the state topic, and its size.
        public internal(set) var offset: Int64 = 0
        public internal(set) var members = 0
        public internal(set) var bytes: Int64 = 0

        /// The age in seconds.
        public var age: Double { Double(Monotonic.now - at) / 1_000 }
    }

    /// The last complete snapshot; `nil` if there was none since the take-over.
    public internal(set) var snapshot: Save?
    public internal(set) var checkpoint: Save?
    /// The offset from which a restore would read the input: that of the last complete snapshot of any instance, or the
    /// application's first offset; `nil` while this instance's own restore is running.
    public internal(set) var restoreOffset: Int64?
}

/// The number and size of snapshots and checkpoints since the start of the instance.
public struct SaveCounts: Equatable, Sendable {
    /// The outcome of a checkpoint.
    public enum Checkpoint: String, CaseIterable, Sendable {
        case written
        /// Writing failed. The previous file remains.
        case failed
        case read
        /// The file was damaged or belongs to another state.
        case refused
    }

    /// Completed snapshots, the members in them, and their bytes.
    public internal(set) var snapshots: Int64 = 0
    public internal(set) var members: Int64 = 0
    public internal(set) var bytes: Int64 = 0
    public internal(set) var checkpoints: [Checkpoint: Int64] = [:]
}

extension PipelineStatistics {
    /// - Parameters:
    ///   - written: The partition's total so far.
    ///   - last: The total at the previous call.
    func count(snapshots written: SnapshotWriter.Written, since last: SnapshotWriter.Written, _ partition: Int32) {
        let isWhole = written.whole != last.whole
        change { snapshot in
            snapshot.saves.snapshots += written.whole - last.whole
            snapshot.saves.members += written.members - last.members
            snapshot.saves.bytes += written.bytes - last.bytes
            guard isWhole else { return }
            let save = SavedState.Save(at: written.at)
            snapshot.saved[partition, default: SavedState()].snapshot = save
            snapshot.saved[partition]?.restoreOffset = written.offset
        }
        if isWhole { record(.snapshot, .milliseconds(written.time)) }
    }

    func count(checkpoint outcome: SaveCounts.Checkpoint) {
        change { $0.saves.checkpoints[outcome, default: 0] += 1 }
    }

    /// Records a written checkpoint.
    func saved(checkpoint partition: Int32, offset: Int64, members: Int, bytes: Int64) {
        count(checkpoint: .written)
        change { snapshot in
            let save = SavedState.Save(at: Monotonic.now, offset: offset, members: members, bytes: bytes)
            snapshot.saved[partition, default: SavedState()].checkpoint = save
        }
    }
}
