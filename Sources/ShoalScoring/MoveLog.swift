public import ShoalClustering

/// Counts member moves from published changes.
public struct MoveLog: Sendable {
    /// Moves between clusters caused by an event.
    public private(set) var byEvent = 0
    /// Moves caused by the reassignment after a split, a birth, a retirement or a seed.
    public private(set) var bySweep = 0
    /// Moves caused by a merge: the member's position is unchanged.
    public private(set) var relabelled = 0
    /// Moves b → a by an event that directly follow a move a → b of the same member by an event, with no other
    /// published change of the member in between.
    public private(set) var returns = 0
    public private(set) var joined = 0
    public private(set) var left = 0
    private var last: [Pseudonym: (from: ClusterID, to: ClusterID)] = [:]

    public init() {}

    /// Moves of any cause except a merge.
    public var moves: Int { byEvent + bySweep }

    /// The share of all moves that undo the previous one.
    public var returnShare: Double { moves > 0 ? Double(returns) / Double(moves) : 0 }

    /// Adds the changes of an epoch, in order.
    /// - Returns: The members that events moved to another cluster than they had before the epoch's first event.
    @discardableResult
    public mutating func take(_ changes: [MemberChange]) -> Set<Pseudonym> {
        var net: [Pseudonym: (first: ClusterID, last: ClusterID)] = [:]
        for change in changes where change.reason != .rotated {
            let isMove = change.from != 0 && change.to != 0
            guard isMove, change.reason == .event else {
                last[change.member] = nil
                if !isMove {
                    if change.from == 0 { joined += 1 } else { left += 1 }
                } else if change.reason == .merge {
                    relabelled += 1
                } else {
                    bySweep += 1
                }
                continue
            }
            byEvent += 1
            if let before = last[change.member], before.from == change.to, before.to == change.from { returns += 1 }
            last[change.member] = (change.from, change.to)
            net[change.member] = (net[change.member]?.first ?? change.from, change.to)
        }
        return Set(net.filter { $0.value.first != $0.value.last }.keys)
    }
}
