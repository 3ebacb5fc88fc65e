/// A change of one member's published cluster.
public struct MemberChange: Equatable, Sendable {
    public var member: Pseudonym
    /// The previous published cluster; 0 for none.
    public var from: ClusterID
    /// The new published cluster; 0 for none.
    public var to: ClusterID
    public var reason: Reason
    /// The version of the deciding model; `nil` for the genesis model.
    public var model: Epoch?
    /// The offset of the event that caused the change, or of the event that opened the epoch whose reassignment pass
    /// did.
    public var offset: Int64
    /// The start of the epoch whose opening published it, or the end of the epoch of an event that is published at once,
    /// in ms; `nil` in genesis.
    public var time: Int64?
    /// The epoch that was open or being opened; `nil` in genesis.
    public var epoch: Epoch?
    /// The period of the pseudonym under which it is published; nil if pseudonyms are not rotated.
    public var period: Int64?

    public init(
        member: Pseudonym, from: ClusterID, to: ClusterID, reason: Reason, model: Epoch?, offset: Int64,
        time: Int64?, epoch: Epoch?, period: Int64? = nil
    ) {
        self.member = member
        self.from = from
        self.to = to
        self.reason = reason
        self.model = model
        self.offset = offset
        self.time = time
        self.epoch = epoch
        self.period = period
    }

    /// Returns one change of each member from the cluster before the first to that after the last, in the order of the
    /// first ones.
    static func net(_ changes: ArraySlice<MemberChange>) -> [MemberChange] {
        var (net, places): ([MemberChange], [Pseudonym: Int]) = ([], [:])
        for change in changes {
            guard let place = places[change.member] else {
                places[change.member] = net.count
                net.append(change)
                continue
            }
            let from = net[place].from
            net[place] = change
            net[place].from = from
        }
        return net.filter { $0.from != $0.to }
    }
}
