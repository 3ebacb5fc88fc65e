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
        if !shard.isSnapshotting {
            guard now >= due, point != SnapshotPoint(offset: offset, epoch: shard.openEpoch),
                let header = shard.beginSnapshot(at: offset)
            else { return false }
            due = now + interval
            number += 1
            point = header.point
            StateRecord.append(header, number: number, side: side, largestPart: largestPart, to: &records)
        }
        guard let point else { return false }
        let isWhole = shard.continueSnapshot(most: step)
        shard.takeSnapshot { StateRecord.append($0, at: point, to: &records) }
        if isWhole {
            let whole = StateRecord.Whole(number: number, side: side)
            StateRecord.append(whole, to: &records)
            self.whole = whole
        }
        return true
    }
}
