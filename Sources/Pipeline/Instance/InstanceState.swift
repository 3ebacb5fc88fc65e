/// Where an instance is in its life.
public enum InstanceState: Equatable, Sendable {
    case starting
    /// Before it joins: what is missing.
    case waiting(String)
    case joining
    /// Assigned nothing: there are more instances than partitions.
    case idle
    /// Taking its partitions over.
    case restoring
    /// Assigned and restored.
    case working
    /// Without an assignment, which was revoked or lost.
    case released
    case stopping
}

/// How far the restore of a partition's state is.
public struct RestoreProgress: Equatable, Sendable {
    /// Records read so far.
    public var done: Int64
    public var total: Int64
    /// When it began, in milliseconds of a monotonic clock.
    var started: Int64
    /// When it was last told of.
    var told: Int64

    public var isOver: Bool { done >= total }

    /// Since the beginning.
    public var recordsPerSecond: Double {
        told > started ? Double(done) * 1_000 / Double(told - started) : 0
    }

    /// As "1200 of 50000 records, 30000 a second, 2 s left".
    public var text: String {
        let rate = recordsPerSecond
        let left = rate > 0 ? ", \(Int((Double(total - done) / rate).rounded(.up))) s left" : ""
        return "\(done) of \(total) records, \(Int(rate)) a second\(left)"
    }
}
