internal import ShoalClustering

/// Counts changes as they occur.
struct TallyKeeper {
    private var tally = Tally()
    private var events: Int64 = 0
    /// The last change of each member, if it was a move by an event.
    private var last: [Pseudonym: (from: ClusterID, to: ClusterID)] = [:]

    mutating func take(_ changes: [MemberChange]) {
        for change in changes where change.reason != .rotated {
            if change.reason == .erased {
                tally.erased += 1
            } else if change.from == 0 {
                tally.joined += 1
            } else if change.to == 0 {
                tally.left += 1
            } else {
                tally.moved += 1
                if change.reason == .event {
                    if let before = last[change.member], before.from == change.to, before.to == change.from {
                        tally.returned += 1
                    }
                    last[change.member] = (change.from, change.to)
                    continue
                }
            }
            if !last.isEmpty { last[change.member] = nil }
        }
    }

    /// Returns the counts since the last call.
    /// - Parameter events: The number of events handled by the partition so far.
    mutating func cut(events total: Int64) -> Tally {
        defer {
            tally = Tally()
            events = total
        }
        tally.events = total - events
        return tally
    }
}
