/// The members of a partition, collected from a log of snapshots.
public struct RestoredMembers: Sendable {
    var table = MemberTable()
    private var points: [SnapshotPoint] = []
    private var places: [SnapshotPoint: UInt32] = [:]
    /// A cache of recent points, to avoid dictionary look-ups.
    private var recent = [(point: SnapshotPoint, place: UInt32)?](repeating: nil, count: 64)
    /// Slots of the members inserted last: a reusable buffer.
    private var slots: [Int] = []
    /// Index of the point by slot.
    private var point: [UInt32] = []

    public init() {}

    public var count: Int { table.count }

    /// Above the number of every topic that a member has.
    public var topicBound: Int { table.topicBound }

    /// Reserves room for members and topics.
    public mutating func reserve(_ count: Int, topics: Int) {
        table.reserve(members: count, topics: topics)
        point.reserveCapacity(count)
    }

    /// Inserts or replaces members as of the given points, one per member.
    public mutating func put(_ states: borrowing MemberStates, at points: [SnapshotPoint]) {
        table.restore(states, &slots)
        for index in slots.indices {
            let place = place(of: points[index])
            if slots[index] == point.count { point.append(place) } else { point[slots[index]] = place }
        }
    }

    @inline(__always)
    private mutating func place(of point: SnapshotPoint) -> UInt32 {
        // Points come in runs, or alternate between few snapshots.
        let near = Int(truncatingIfNeeded: point.offset) & (recent.count - 1)
        if let last = recent[near], last.point == point { return last.place }
        let place = places[point] ?? UInt32(points.count)
        if place == points.count {
            places[point] = place
            points.append(point)
        }
        recent[near] = (point, place)
        return place
    }

    public func contains(_ pseudonym: Pseudonym) -> Bool { table.find(pseudonym) != nil }

    /// Removes a member.
    public mutating func remove(_ pseudonym: Pseudonym) {
        if let slot = table.find(pseudonym) { table.remove(slot) }
    }

    /// Visits all members in unspecified order.
    /// - Parameter body: Receives a member, its point, and its topics, weights and directions.
    public func visit(
        _ body: (MemberFields, SnapshotPoint, Span<TopicNumber>, Span<UInt32>, Span<UInt16>) throws -> Void
    ) rethrows {
        let most = Int(UInt8.max)
        var topics = [TopicNumber](repeating: 0, count: most)
        var weights = [UInt32](repeating: 0, count: most)
        var directions = [UInt16](repeating: 0, count: most)
        for slot in table.slots.indices where table.slots[slot].isUsed {
            let held = table.topics.span.extracting(table.range(slot))
            for place in held.indices {
                topics[place] = held[place].number
                weights[place] = held[place].weight
                directions[place] = held[place].direction
            }
            let count = held.count
            try body(
                table.fields(slot), points[Int(point[slot])], topics.span.extracting(first: count),
                weights.span.extracting(first: count), directions.span.extracting(first: count))
        }
    }

    /// Returns the point that a replay must reach before all members belong to one moment.
    public func lastPoint(after base: SnapshotPoint, later: ShardHeader?) -> SnapshotPoint {
        ahead(of: base, later: later)?.last ?? base
    }

    /// Returns the members that are ahead of the point, or `nil` for none.
    func ahead(of base: SnapshotPoint, later: ShardHeader?) -> MembersAhead? {
        let last = points.max().map { max($0, later?.point ?? $0) } ?? later?.point ?? base
        guard last > base else { return nil }
        return MembersAhead(
            points: [base] + points.map { max($0, base) }, place: point.map { $0 + 1 }, last: last, later: later)
    }
}
