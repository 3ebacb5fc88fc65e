/// A sampled member: its keyed sample order and its direction, without its pseudonym.
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

/// The changes of one cluster's sums in one partition and epoch, with a sample of the cluster's members.
public struct ClusterDelta: Equatable, Sendable {
    /// The cluster as known to the shard; 0 for eligible but unassigned members.
    public var cluster: ClusterID
    /// Members added minus members removed.
    public var count: Int64
    /// Topics ascending, no zero.
    public var sums: [SumEntry]
    /// Lowest order first.
    public var samples: [Sample]
    /// The number of members that the samples represent: all members of the cluster in this partition.
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

/// A topic outside the vocabulary that was watched during an epoch.
public struct CandidateSighting: Equatable, Sendable {
    /// The first 16 bytes of HMAC(key, "topic" 0 name), big-endian.
    public var candidate: UInt128
    /// Marks of distinct viewers who watched it, ascending, at most `topics.min-viewers`.
    public var marks: [UInt32]

    public init(candidate: UInt128, marks: [UInt32]) {
        self.candidate = candidate
        self.marks = marks
    }
}

/// The name of an admitted candidate, sent by a shard that saw it.
public struct TopicNaming: Equatable, Sendable {
    public var candidate: UInt128
    public var name: [UInt8]

    public init(candidate: UInt128, name: [UInt8]) {
        self.candidate = candidate
        self.name = name
    }
}

/// An epoch delta: the partial aggregate of one partition. It also states that the partition has closed an epoch, or a
/// range of epochs.
public struct EpochDelta: Equatable, Sendable {
    public var partition: Int32
    /// The sequence number in the partition, from 1.
    public var number: Int64
    /// The epoch that was open; `nil` for genesis, in which case the range has no lower bound.
    public var from: Epoch?
    /// The last epoch closed.
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

/// A message from a shard to the coordinator in the delta topic.
public enum DeltaMessage: Equatable, Sendable {
    case closing(EpochDelta)
    /// The shard is at the end of its partition (idle). `number` is that of its last epoch delta; 0 for none.
    case caughtUp(partition: Int32, number: Int64)
    /// The shard was taken over with input left, or never committed (active). `number` as in `caughtUp`.
    case behind(partition: Int32, number: Int64)
}
