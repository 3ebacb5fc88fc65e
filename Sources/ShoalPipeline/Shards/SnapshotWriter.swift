internal import ShoalClustering

/// Schedules a shard's snapshots and tracks the one in progress. Times are in milliseconds of a monotonic clock.
struct SnapshotWriter {
    /// The interval between the starts of two snapshots.
    let interval: Int64
    /// The number of members between two commit points.
    var step = 4_096
    /// The maximum size of a header's part in bytes.
    var largestChunk = Chunks.largest
    private let sealer: RecordSealer
    private var due: Int64
    private var number: Int64
    private var whole: StateRecord.Whole?
    /// The point of the last snapshot that was begun.
    private var point: SnapshotPoint?
    private var began: Int64 = 0
    /// The totals since the start.
    private(set) var written = Written()

    /// The totals of written snapshots, for the metrics.
    struct Written: Equatable {
        var members: Int64 = 0
        var bytes: Int64 = 0
        /// The number of completed snapshots.
        var whole: Int64 = 0
        /// The last completed snapshot: its completion time, duration and point.
        var at: Int64 = 0
        var time: Int64 = 0
        var offset: Int64 = 0
    }

    /// The first snapshot is due after a part of the interval that depends on the partition. If those of all partitions
    /// were due at once, their members would fill the transactions, and changes would wait for seconds.
    /// - Parameter state: The current content of the topic.
    init(interval: Int64, partition: Int32, of partitions: Int32, after state: StateTable, now: Int64) {
        self.interval = interval
        sealer = state.sealer
        due = now + interval * Int64(partition + 1) / Int64(partitions)
        number = state.newest
        whole = state.whole
    }

    private var side: StateRecord.Side { whole?.side.other ?? .a }

    /// Returns when the next snapshot is due; nil: the shard is as it was at the last one.
    func nextDue<Keys>(_ shard: borrowing Shard<Keys>, offset: Int64) -> Int64? {
        point == SnapshotPoint(offset: offset, epoch: shard.openEpoch) ? nil : due
    }

    /// Begins a snapshot if one is due, and writes the next members of the one in progress.
    /// - Returns: Whether records were written, so that a commit point is due.
    mutating func write<Keys>(_ shard: inout Shard<Keys>, offset: Int64, now: Int64, to records: inout RecordBuffer)
        -> Bool
    {
        let size = records.size
        if !shard.isSnapshotting {
            guard now >= due, point != SnapshotPoint(offset: offset, epoch: shard.openEpoch),
                let header = shard.beginSnapshot(at: offset)
            else { return false }
            due = now + interval
            began = now
            number += 1
            point = header.point
            StateRecord.append(
                header, number: number, side: side, largestChunk: largestChunk, by: sealer, to: &records)
        }
        guard let point else { return false }
        let isWhole = shard.continueSnapshot(most: step)
        shard.takeSnapshot { members in
            StateRecord.append(members, at: point, by: sealer, to: &records)
            written.members += Int64(members.count)
        }
        if isWhole {
            let whole = StateRecord.Whole(number: number, side: side)
            StateRecord.append(whole, to: &records)
            self.whole = whole
            written.whole += 1
            (written.at, written.time, written.offset) = (now, now - began, point.offset)
        }
        written.bytes += Int64(records.size - size)
        return true
    }
}
