/// A change of one member's published cluster. Suppressed clusters count as 0.
public struct MemberChange: Equatable, Sendable {
    public var member: Pseudonym
    /// The previous published cluster; 0 for none.
    public var from: ClusterID
    /// The new published cluster; 0 for none.
    public var to: ClusterID
    public var reason: Reason
    /// The member's score for the centroid of its new cluster, Q30; 0 if it has none.
    public var score: Int64
    /// The version of the deciding model; `nil` for the genesis model.
    public var model: Epoch?
    /// The offset of the event that caused the change, or of the event that opened the epoch whose reassignment pass
    /// did.
    public var offset: Int64
    /// The event's time as counted, in ms. For an erasure, the start of the open epoch; `nil` in genesis.
    public var time: Int64?
    /// The epoch that was open or being opened; `nil` in genesis.
    public var epoch: Epoch?

    public init(
        member: Pseudonym, from: ClusterID, to: ClusterID, reason: Reason, score: Int64, model: Epoch?, offset: Int64,
        time: Int64?, epoch: Epoch?
    ) {
        self.member = member
        self.from = from
        self.to = to
        self.reason = reason
        self.score = score
        self.model = model
        self.offset = offset
        self.time = time
        self.epoch = epoch
    }
}
