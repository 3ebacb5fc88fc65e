/// Histograms of the durations of processing stages. Recorded per batch, transaction and model, never per event.
public struct StageTimes: Sendable {
    public enum Stage: String, CaseIterable, Sendable {
        /// A batch of records after the poll, without waits and openings.
        case handle
        /// The opening of an epoch, or a part of one.
        case open
        /// A transaction from its start to its known outcome.
        case commit
        /// Computing a model and adding it to a transaction.
        case publish
        /// A partition's wait for a model.
        case waitModel = "wait_model"
        /// A partition's wait for space in the outbox.
        case waitOutbox = "wait_outbox"
        /// A partition's snapshot from start to completion.
        case snapshot
        /// A partition's checkpoint: reading new records and writing the file.
        case checkpoint
    }

    public struct Histogram: Equatable, Sendable {
        /// The number of values in each bucket, one more than there are bounds.
        public internal(set) var counts = [Int64](repeating: 0, count: StageTimes.bounds.count + 1)
        /// The sum of values in seconds.
        public internal(set) var sum = 0.0
    }

    /// Upper bounds of the buckets, in seconds.
    public static let bounds = [
        0.0001, 0.000_25, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]

    public private(set) var histograms = [Histogram](repeating: Histogram(), count: Stage.allCases.count)

    public subscript(stage: Stage) -> Histogram { histograms[Self.index(stage)] }

    mutating func record(_ stage: Stage, _ time: Duration) {
        let seconds = time / .seconds(1)
        let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
        histograms[Self.index(stage)].counts[bucket] += 1
        histograms[Self.index(stage)].sum += seconds
    }

    private static func index(_ stage: Stage) -> Int {
        switch stage {
        case .handle: 0
        case .open: 1
        case .commit: 2
        case .publish: 3
        case .waitModel: 4
        case .waitOutbox: 5
        case .snapshot: 6
        case .checkpoint: 7
        }
    }
}
