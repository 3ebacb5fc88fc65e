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
    /// What the viewers of the first epoch closed watch, ascending by category. Empty unless the policy neutralizes one.
    public var categories: [CategorySums]

    public init(
        partition: Int32, number: Int64, from: Epoch?, through: Epoch, clusters: [ClusterDelta] = [],
        candidates: [CandidateSighting] = [], namings: [TopicNaming] = [], categories: [CategorySums] = []
    ) {
        self.partition = partition
        self.number = number
        self.from = from
        self.through = through
        self.clusters = clusters
        self.candidates = candidates
        self.namings = namings
        self.categories = categories
    }
}
