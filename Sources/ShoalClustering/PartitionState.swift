/// The coordinator's state of an input partition.
public struct PartitionState: Equatable, Sendable {
    /// The number of epoch deltas included in the last model, and the number read.
    public var included: Int64 = 0
    public var read: Int64 = 0
    /// The last epoch that the partition closed.
    public var closed: Epoch?
    public var caughtUp = false
    /// The first epoch that the partition opened.
    public var first: Epoch?

    public init() {}
}
