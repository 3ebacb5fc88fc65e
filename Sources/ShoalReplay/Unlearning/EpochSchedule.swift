internal import ShoalClustering

/// The epoch deltas of a replay without some records, by which it repeats when the recorded models were published.
///
/// A recorded model counts the deltas of the original input. Without some records, a partition may close other epochs,
/// so a model includes its deltas of the same epochs instead.
struct EpochSchedule {
    /// For each partition, the first epochs of its deltas in order (`.min` for genesis), and the last epoch closed.
    private var first: [[Epoch]]
    private var closed: [Epoch]
    private var isFinished: [Bool]

    init(partitions: Int) {
        first = Array(repeating: [], count: partitions)
        closed = Array(repeating: .min, count: partitions)
        isFinished = Array(repeating: false, count: partitions)
    }

    mutating func take(_ epochDelta: EpochDelta) {
        first[Int(epochDelta.partition)].append(epochDelta.from ?? .min)
        closed[Int(epochDelta.partition)] = epochDelta.through
    }

    mutating func finish(_ partition: Int32) {
        isFinished[Int(partition)] = true
    }

    /// Whether the partition has sent its first delta, or will send none.
    func isKnown(_ partition: Int) -> Bool { !first[partition].isEmpty || isFinished[partition] }

    /// Returns the deltas that the model includes, or `nil` if a partition has not closed their epochs yet.
    func included(in recorded: Bookkeeping) -> IncludedDeltas? {
        guard let through = recorded.through else { return nil }
        var counts: [Int64] = []
        for (partition, state) in recorded.partitions.enumerated() {
            // A partition that was behind had closed fewer epochs.
            let last = state.closed.map { min($0, through) } ?? .min
            guard closed[partition] >= last || isFinished[partition] else { return nil }
            counts.append(state.closed == nil ? 0 : Int64(first[partition].count { $0 <= last }))
        }
        return IncludedDeltas(from: recorded.from, through: through, counts: counts)
    }
}
