/// The epoch deltas that a recorded model includes.
public struct IncludedDeltas: Equatable, Sendable {
    /// The versions of the record. `from` is `nil` for the start.
    public var from: Epoch?
    public var through: Epoch
    /// The cumulative number of included epoch deltas of each partition.
    public var counts: [Int64]

    public init(from: Epoch?, through: Epoch, counts: [Int64]) {
        self.from = from
        self.through = through
        self.counts = counts
    }

    /// Reads the included deltas from a model record; `nil` for the genesis model.
    public init?(_ bookkeeping: Bookkeeping) {
        guard let through = bookkeeping.through else { return nil }
        self.init(from: bookkeeping.from, through: through, counts: bookkeeping.partitions.map(\.included))
    }
}
