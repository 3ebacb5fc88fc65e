internal import Synchronization

/// The combined progress of a topic's partitions. Thread-safe.
final class TopicProgress: Sendable {
    let replay: ReplayProgress
    private let done: Mutex<[Int64]>
    private let ranges: [Range<Int64>]
    private let all: Int64

    init(_ replay: ReplayProgress, ranges: [Range<Int64>]) {
        self.replay = replay
        self.ranges = ranges
        done = Mutex(Array(repeating: 0, count: ranges.count))
        all = ranges.reduce(0) { $0 + Int64($1.count) }
    }

    /// Notes that a partition has been read up to an offset.
    func reached(_ offset: Int64, _ partition: Int) {
        guard all > 0 else { return }
        let sum = done.withLock { done in
            let range = ranges[partition]
            done[partition] = min(max(offset - range.lowerBound, 0), Int64(range.count))
            return done.reduce(0, +)
        }
        replay.set(Double(sum) / Double(all))
    }
}
