public import Clustering

/// Counts what becomes of members, from the changes that are published.
public struct MoveLog: Sendable {
    /// From a cluster to another, by an event.
    public private(set) var byEvent = 0
    /// The same by the sweep after a split, a birth, a retirement or a seed.
    public private(set) var bySweep = 0
    /// Carried over by a merge: the member stands where it stood.
    public private(set) var relabelled = 0
    /// Moves b → a by an event, directly after a move a → b of the same member by an event: nothing else was published of the
    /// member in between.
    public private(set) var returns = 0
    public private(set) var joined = 0
    public private(set) var left = 0
    private var last: [Pseudonym: (from: ClusterID, to: ClusterID)] = [:]

    public init() {}

    /// Moves of any cause but a merge.
    public var moves: Int { byEvent + bySweep }

    /// There-and-back moves: the share of all moves that undo the one before.
    public var returnShare: Double { moves > 0 ? Double(returns) / Double(moves) : 0 }

    /// Takes the changes of an epoch, in order.
    /// - Returns: the members that events brought into another cluster than the one they had before the epoch's first event.
    @discardableResult
    public mutating func take(_ changes: [MemberChange]) -> Set<Pseudonym> {
        var net: [Pseudonym: (first: ClusterID, last: ClusterID)] = [:]
        for change in changes {
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
