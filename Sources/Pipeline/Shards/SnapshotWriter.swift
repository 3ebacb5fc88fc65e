internal import Clustering

/// When a shard's snapshots are made, and where the one under way has come to. Times in milliseconds of a monotonic clock.
struct SnapshotWriter {
    /// From the beginning of one to that of the next.
    let interval: Int64
    /// Members written between two marks.
    var step = 4_096
    /// Bytes of the largest part of a header.
    var largestPart = Parts.largest
    private var due: Int64
    private var number: Int64
    private var whole: StateRecord.Whole?
    /// Of the last snapshot that was begun.
    private var point: SnapshotPoint?
    private var began: Int64 = 0
    /// What was written since the beginning.
    private(set) var written = Written()

    /// What was written of snapshots, for the metrics.
    struct Written: Equatable {
        var members: Int64 = 0
        var bytes: Int64 = 0
        /// How many snapshots became whole.
        var whole: Int64 = 0
        /// The last one that is whole: when it became so, how long it took, and where it stands.
        var at: Int64 = 0
        var time: Int64 = 0
        var offset: Int64 = 0
    }

    /// - Parameter state: what the topic holds already.
    init(interval: Int64, after state: StateTable, now: Int64) {
        self.interval = interval
        due = now + interval
        number = state.newest
        whole = state.whole
    }

    private var side: StateRecord.Side { whole?.side.other ?? .a }

    /// Begins a snapshot where one is due, and writes the next members of the one under way.
    /// - Returns: whether there was something to write: a mark is due.
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
            StateRecord.append(header, number: number, side: side, largestPart: largestPart, to: &records)
        }
        guard let point else { return false }
        let isWhole = shard.continueSnapshot(most: step)
        shard.takeSnapshot { members in
            StateRecord.append(members, at: point, to: &records)
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
