internal import Clustering
internal import Schemas

/// What an instance has counted since it began: it only grows, whatever partitions come and go.
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

    /// Adds what a shard has counted since it was last asked.
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

/// How many changes of each kind were handed to transactions.
public struct ChangeCounts: Equatable, Sendable {
    /// By the kind's number, less one.
    private var counts = [Int64](repeating: 0, count: ClusterChange.Kind.allCases.count)

    public init() {}

    public var total: Int64 { counts.reduce(0, +) }

    /// By the name that JSON has for the kind, in the order of kinds.
    public var byName: [(name: String, count: Int64)] {
        ClusterChange.Kind.allCases.map { ($0.name, counts[Int($0.rawValue) - 1]) }
    }

    mutating func count(_ kind: ClusterChange.Kind) {
        counts[Int(kind.rawValue) - 1] += 1
    }

    /// Adds what was counted there since `last`.
    mutating func add(_ now: ChangeCounts, since last: ChangeCounts) {
        for index in counts.indices { counts[index] += now.counts[index] - last.counts[index] }
    }
}
