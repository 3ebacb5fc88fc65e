/// What an instance has last saved of a partition.
public struct SavedState: Equatable, Sendable {
    /// A snapshot in the state topic, or a checkpoint on this host.
    public struct Save: Equatable, Sendable {
        /// Milliseconds of the monotonic clock.
        var at: Int64
        /// Of a checkpoint: the next offset of the state topic, and what it holds.
        public internal(set) var offset: Int64 = 0
        public internal(set) var members = 0
        public internal(set) var bytes: Int64 = 0

        /// Seconds since then.
        public var age: Double { Double(Monotonic.now - at) / 1_000 }
    }

    /// The last snapshot that is whole; nil: none was since the partition was taken over.
    public internal(set) var snapshot: Save?
    public internal(set) var checkpoint: Save?
    /// Where a restore would begin to read the input: at the last whole snapshot, by whomever, or where the application began; nil:
    /// this instance's own has not ended.
    public internal(set) var restoreOffset: Int64?
}

/// How often and how much an instance has saved since it began.
public struct SaveCounts: Equatable, Sendable {
    /// What became of a checkpoint.
    public enum Checkpoint: String, CaseIterable, Sendable {
        case written
        /// It could not be written: the one before stays.
        case failed
        case read
        /// It was damaged, or of another state.
        case refused
    }

    /// Snapshots that became whole, the members in them, and their bytes.
    public internal(set) var snapshots: Int64 = 0
    public internal(set) var members: Int64 = 0
    public internal(set) var bytes: Int64 = 0
    public internal(set) var checkpoints: [Checkpoint: Int64] = [:]
}

extension PipelineStatistics {
    /// - Parameters:
    ///   - written: by a partition so far.
    ///   - last: when it was last counted.
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

    /// A partition's checkpoint was written.
    func saved(checkpoint partition: Int32, offset: Int64, members: Int, bytes: Int64) {
        count(checkpoint: .written)
        change { snapshot in
            let save = SavedState.Save(at: Monotonic.now, offset: offset, members: members, bytes: bytes)
            snapshot.saved[partition, default: SavedState()].checkpoint = save
        }
    }
}
