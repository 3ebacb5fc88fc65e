/// The part of a model record beside the model: its versions, and the messages received from each partition.
public struct Bookkeeping: Equatable, Sendable {
    /// The first and the last version of the record. `from` is `nil` if the range has no lower bound; both are `nil`
    /// for the genesis model.
    public var from: Epoch?
    public var through: Epoch?
    /// The version of the start record.
    public var start: Epoch?
    public var partitions: [PartitionState]
    /// The offset of the delta topic up to which `partitions` holds.
    public var deltaOffset: Int64
    /// The first offset of the oldest epoch delta that is not included.
    public var oldestOffset: Int64
    /// The name of `clusters.topic`, if that holds the table of clusters after this model.
    public var clustersTopic: String?

    public init(
        from: Epoch?, through: Epoch?, start: Epoch?, partitions: [PartitionState], deltaOffset: Int64,
        oldestOffset: Int64
    ) {
        self.from = from
        self.through = through
        self.start = start
        self.partitions = partitions
        self.deltaOffset = deltaOffset
        self.oldestOffset = oldestOffset
    }

    /// Whether the record holds for a version. The genesis model's holds for none.
    package func covers(_ version: Epoch) -> Bool {
        (from ?? .min) <= version && version <= (through ?? .min)
    }
}
