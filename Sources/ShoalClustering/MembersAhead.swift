/// Members whose state belongs to a later point than the replay has reached.
struct MembersAhead: Sendable {
    /// The points; the first is the start of the replay.
    let points: [SnapshotPoint]
    /// Index of the point by slot.
    var place: [UInt32]
    let last: SnapshotPoint
    let later: ShardHeader?

    @inline(__always)
    func point(_ slot: Int) -> SnapshotPoint {
        slot < place.count ? points[Int(place[slot])] : points[0]
    }

    /// Marks a slot that is reused by another member.
    mutating func settle(_ slot: Int) {
        if slot < place.count { place[slot] = 0 }
    }
}
