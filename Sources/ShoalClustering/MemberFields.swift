/// A member's state without its topics.
public struct MemberFields: Equatable, Sendable {
    public var pseudonym: Pseudonym
    public var order: UInt64
    /// The time that the profile is decayed to, in ms.
    public var landmark: Int64
    /// The epoch that was open when the member was last handled; `nil` for genesis.
    public var lastEpoch: Epoch?
    public var events: UInt32
    /// The cluster whose sums include the member; 0 if unassigned, `nil` if not eligible.
    public var cluster: ClusterID?
    /// The cluster that the member last moved away from; 0 for none.
    public var previous: ClusterID
    /// The cluster in which the member was last published; 0 for none.
    public var published: ClusterID
    /// The first day on which it watched, counted from 1970, · 4, and the number of days, up to 3; 0 if they were not counted.
    public var watchDays: UInt32

    public init(
        pseudonym: Pseudonym, order: UInt64, landmark: Int64, lastEpoch: Epoch?, events: UInt32, cluster: ClusterID?,
        previous: ClusterID, published: ClusterID, watchDays: UInt32 = 0
    ) {
        self.pseudonym = pseudonym
        self.order = order
        self.landmark = landmark
        self.lastEpoch = lastEpoch
        self.events = events
        self.cluster = cluster
        self.previous = previous
        self.published = published
        self.watchDays = watchDays
    }
}
