internal import ShoalClustering
internal import ShoalSchemas

/// The totals of an instance since its start. They only grow, regardless of assignments.
public struct Totals: Equatable, Sendable {
    public var events: Int64 = 0
    public var duplicates: Int64 = 0
    public var late: Int64 = 0
    public var early: Int64 = 0
    public var erased: Int64 = 0
    public var sensitiveTopics: Int64 = 0
    public var candidates: Int64 = 0
    /// Of new viewers beyond `members.max`.
    public var refused: Int64 = 0

    /// Adds a shard's counts since the previous call.
    mutating func add(_ now: Shard<KeyedTopics>.Counters, since last: Shard<KeyedTopics>.Counters) {
        events += now.events - last.events
        duplicates += now.duplicates - last.duplicates
        late += now.late - last.late
        early += now.early - last.early
        erased += now.erased - last.erased
        sensitiveTopics += now.sensitiveTopics - last.sensitiveTopics
        refused += now.refused - last.refused
        candidates += now.candidates - last.candidates
    }
}

/// The number of changes of each kind that were added to transactions.
public struct ChangeCounts: Equatable, Sendable {
    /// Counts by the kind's number minus one.
    private var counts = [Int64](repeating: 0, count: ClusterChange.Kind.allCases.count)

    public init() {}

    public var total: Int64 { counts.reduce(0, +) }

    /// Counts by the kind's JSON name, in the order of kinds.
    public var byName: [(name: String, count: Int64)] {
        ClusterChange.Kind.allCases.map { ($0.name, counts[Int($0.rawValue) - 1]) }
    }

    mutating func count(_ kind: ClusterChange.Kind) {
        counts[Int(kind.rawValue) - 1] += 1
    }

    /// Adds the counts since `last`.
    mutating func add(_ now: ChangeCounts, since last: ChangeCounts) {
        for index in counts.indices { counts[index] += now.counts[index] - last.counts[index] }
    }
}
