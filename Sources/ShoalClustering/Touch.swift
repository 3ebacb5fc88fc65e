/// A lifecycle operation that requires reassignment of members by every shard that opens an epoch with a later model.
public struct Touch: Equatable, Sendable {
    /// The tick of the deciding model. A shard compares it with the ticks of its previous model.
    public var tick: Int64
    public var reason: Reason

    public init(tick: Int64, reason: Reason) {
        self.tick = tick
        self.reason = reason
    }
}
