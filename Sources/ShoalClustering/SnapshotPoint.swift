/// The point of a snapshot: before the record at `offset`, in the open epoch. Never between closing and opening.
public struct SnapshotPoint: Hashable, Comparable, Sendable {
    /// The next offset to handle.
    public var offset: Int64
    /// The open epoch; `nil` in genesis.
    public var epoch: Epoch?

    public init(offset: Int64, epoch: Epoch?) {
        self.offset = offset
        self.epoch = epoch
    }

    public static func < (left: SnapshotPoint, right: SnapshotPoint) -> Bool {
        (left.offset, left.epoch ?? .min) < (right.offset, right.epoch ?? .min)
    }
}
