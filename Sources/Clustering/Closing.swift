/// One member of a sample: its keyed order and its direction, without its pseudonym.
public struct Sample: Equatable, Sendable {
    /// Bytes 16–23 of the viewer's HMAC, big-endian.
    public var order: UInt64
    /// Topics ascending, no zero.
    public var direction: [Component]

    public init(order: UInt64, direction: [Component]) {
        self.order = order
        self.direction = direction
    }
}

/// What one partition changed in one cluster's sums during one epoch, and its sample of the cluster's members.
public struct ClusterDelta: Equatable, Sendable {
    /// As the shard knew it; 0: eligible and in no cluster.
    public var cluster: ClusterID
    /// Members that came minus members that went.
    public var count: Int64
    /// Topics ascending, no zero.
    public var sums: [SumEntry]
    /// Lowest order first.
    public var samples: [Sample]
    /// How many members of the cluster in this partition the samples stand for: all of them.
    public var sampled: Int64

    public init(
        cluster: ClusterID, count: Int64 = 0, sums: [SumEntry] = [], samples: [Sample] = [], sampled: Int64 = 0
    ) {
        self.cluster = cluster
        self.count = count
        self.sums = sums
        self.samples = samples
        self.sampled = sampled
    }
}

/// A topic outside the vocabulary, seen during an epoch.
public struct CandidateSighting: Equatable, Sendable {
    /// The first 16 bytes of HMAC(key, "topic" 0 name), big-endian.
    public var candidate: UInt128
    /// Marks of different viewers who watched it, ascending, at most `topics.min-viewers`.
    public var marks: [UInt32]

    public init(candidate: UInt128, marks: [UInt32]) {
        self.candidate = candidate
        self.marks = marks
    }
}

/// The name of an admitted candidate, told by a shard that saw it.
public struct TopicNaming: Equatable, Sendable {
    public var candidate: UInt128
    public var name: [UInt8]

    public init(candidate: UInt128, name: [UInt8]) {
        self.candidate = candidate
        self.name = name
    }
}

/// The record that carries a delta and says that its partition is done with an epoch, or with a range of them.
public struct Closing: Equatable, Sendable {
    public var partition: Int32
    /// Counted per partition from 1.
    public var number: Int64
    /// The epoch that was open; nil: genesis, the range has no beginning.
    public var from: Epoch?
    /// The last epoch that is closed by this.
    public var through: Epoch
    /// Ascending by cluster.
    public var clusters: [ClusterDelta]
    /// Ascending by candidate.
    public var candidates: [CandidateSighting]
    /// Ascending by candidate.
    public var namings: [TopicNaming]

    public init(
        partition: Int32, number: Int64, from: Epoch?, through: Epoch, clusters: [ClusterDelta] = [],
        candidates: [CandidateSighting] = [], namings: [TopicNaming] = []
    ) {
        self.partition = partition
        self.number = number
        self.from = from
        self.through = through
        self.clusters = clusters
        self.candidates = candidates
        self.namings = namings
    }
}

/// What a shard says to the coordinator in the delta topic.
public enum Word: Equatable, Sendable {
    case closing(Closing)
    /// The shard stands at the end of its partition. `number`: of its last closing, 0 for none.
    case caughtUp(partition: Int32, number: Int64)
    /// The shard was taken over with input left, or never committed. `number` as in `caughtUp`.
    case behind(partition: Int32, number: Int64)
}
