internal import ShoalClustering

/// The counts of a partition up to an epoch delta.
struct Tally: Equatable, Sendable {
    var events: Int64 = 0
    var joined: Int64 = 0
    var moved: Int64 = 0
    var left: Int64 = 0
    var erased: Int64 = 0
    /// Moves by an event that undo the member's previous move by an event.
    var returned: Int64 = 0

    static func += (left: inout Tally, right: Tally) {
        left.events += right.events
        left.joined += right.joined
        left.moved += right.moved
        left.left += right.left
        left.erased += right.erased
        left.returned += right.returned
    }
}

extension Tally {
    static func + (left: Tally, right: Tally) -> Tally {
        var sum = left
        sum += right
        return sum
    }
}
