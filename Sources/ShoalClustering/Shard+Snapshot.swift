extension Shard {
    // MARK: - Tracking changes

    /// Starts tracking changes since the last snapshot.
    public mutating func trackChanges() {
        tracker.isOn = true
        guard tracker.dirty.isEmpty else { return }
        for slot in members.slots.indices where members.slots[slot].isUsed && members.slots[slot].saved == .dirty {
            tracker.dirty.append(UInt32(slot))
        }
    }

    /// Inserts a new member and returns its slot.
    mutating func insert(_ member: Pseudonym, order: UInt64) -> Int {
        let slot = members.insert(member, order: order)
        ahead?.settle(slot)
        guard tracker.isOn else { return slot }
        tracker.dirty.append(UInt32(slot))
        if !tracker.removed.isEmpty { tracker.removed.remove(member) }
        return slot
    }

    /// Must be called before a member changes.
    @inline(__always)
    mutating func touch(_ slot: Int) {
        if members.slots[slot].saved != .dirty { dirty(slot) }
    }

    private mutating func dirty(_ slot: Int) {
        guard tracker.isOn else { return }
        if members.slots[slot].saved == .pending { tracker.output.append(members, slot) }
        members.update(slot) { $0.saved = .dirty }
        tracker.dirty.append(UInt32(slot))
    }

    /// Removes a member.
    mutating func remove(_ slot: Int) {
        touch(slot)
        if tracker.isOn { tracker.removed.insert(members.slots[slot].pseudonym) }
        members.remove(slot)
    }

    // MARK: - Writing

    /// Whether a snapshot is in progress.
    public var isSnapshotting: Bool { tracker.point != nil }

    /// Begins a snapshot of all changes since the last one. Returns `nil` if one is in progress or an epoch is being
    /// opened.
    /// - Parameter offset: The next offset to handle.
    /// - Returns: The state to be written beside the members. Cost: O(changed members), and a copy of the open delta.
    public mutating func beginSnapshot(at offset: Int64) -> ShardHeader? {
        guard tracker.isOn, tracker.point == nil, neededModel == nil else { return nil }
        let header = header(at: offset)
        memberLimit.beginSnapshot()
        tracker.point = header.point
        swap(&tracker.pending, &tracker.dirty)
        tracker.dirty.removeAll(keepingCapacity: true)
        tracker.next = 0
        for slot in tracker.pending where members.slots[Int(slot)].isUsed {
            members.update(Int(slot)) { if $0.saved == .dirty { $0.saved = .pending } }
        }
        // Removals are written first, because a member that returns is written later.
        for member in tracker.removed.sorted() { tracker.output.append(removed: member) }
        tracker.removed.removeAll()
        return header
    }

    /// Writes some members of the snapshot in progress.
    /// - Returns: Whether the snapshot is complete.
    public mutating func continueSnapshot(most: Int) -> Bool {
        guard tracker.point != nil else { return false }
        var left = most
        while left > 0, tracker.next < tracker.pending.count {
            let slot = Int(tracker.pending[tracker.next])
            tracker.next += 1
            guard members.slots[slot].saved == .pending else { continue }
            tracker.output.append(members, slot)
            members.update(slot) { $0.saved = .clean }
            left -= 1
        }
        guard tracker.next == tracker.pending.count else { return false }
        tracker.point = nil
        tracker.pending.removeAll(keepingCapacity: true)
        return true
    }

    /// Passes the members written since the previous call to `body`.
    public mutating func takeSnapshot(_ body: (borrowing MemberStates) -> Void) {
        guard !tracker.output.isEmpty else { return }
        body(tracker.output)
        tracker.output.removeAll()
    }

    /// Returns the current state except for members.
    func header(at offset: Int64) -> ShardHeader {
        var header = ShardHeader(point: SnapshotPoint(offset: offset, epoch: openEpoch))
        header.closings = closings
        header.clock = clock.entries
        header.ids = ids.ids
        var delta = delta
        header.delta = delta.take()
        var candidates = candidates
        header.sightings = candidates.sightingCounts
        (header.candidates, header.namings) = candidates.take()
        header.isFull = memberLimit.isFull
        header.fullSwitches = memberLimit.switches
        return header
    }

    // MARK: - Restoring

    /// Continues from a snapshot. Events from its point on must be replayed up to the committed position.
    /// - Parameters:
    ///   - model: The model of the open epoch.
    ///   - header: The header of the complete snapshot.
    ///   - members: Its members. Some may come from a later, unfinished snapshot.
    ///   - later: The header of the unfinished snapshot; `nil` for none.
    public init(
        partition: Int32, model: CompiledModel, keys: Keys, header: ShardHeader, members restored: RestoredMembers,
        later: ShardHeader?
    ) {
        self.init(partition: partition, genesis: model, keys: keys)
        openEpoch = header.point.epoch
        phase = header.point.epoch.map { .open($0) } ?? .genesis
        closings = header.closings
        clock = EpochClock(quorum: fixed.clockQuorum, maxStep: fixed.clockMaxStep, entries: header.clock)
        for id in header.ids { _ = ids.accept(id) }
        delta = OpenDelta(header.delta)
        candidates = OpenCandidates(header.candidates, header.namings, header.sightings, epoch: openEpoch)
        members = restored.table
        ahead = restored.ahead(of: header.point, later: later)
        memberLimit = MemberLimit(isFull: header.isFull, until: ahead?.later?.fullSwitches)
    }

    /// Applies the header of an unfinished snapshot once the replay reaches its point. Must be called after each step
    /// of a replay.
    /// - Parameter offset: The next offset to handle.
    public mutating func reach(_ offset: Int64) {
        guard let ahead, neededModel == nil else { return }
        let point = SnapshotPoint(offset: offset, epoch: openEpoch)
        if let later = ahead.later, later.point == point {
            // Members from the unfinished snapshot skipped earlier events, so its sum of changes replaces ours.
            delta = OpenDelta(later.delta)
            memberLimit.arrive(isFull: later.isFull, switches: later.fullSwitches)
        }
        if point >= ahead.last { self.ahead = nil }
    }

    /// The point that the replay must reach; `nil` once it is past it.
    public var restoredThrough: SnapshotPoint? { ahead?.last }

    /// Ends the replay and recomputes counters that are kept beside the members.
    public mutating func endRestore() {
        counters.eligible = 0
        for slot in members.slots where slot.isUsed && slot.cluster != MemberTable.uncounted { counters.eligible += 1 }
    }

    /// Whether the member's state already includes the event at the offset.
    @inline(__always)
    func isAhead(_ slot: Int, of offset: Int64) -> Bool {
        guard let ahead else { return false }
        return ahead.point(slot).offset > offset
    }

    /// Whether the member's state already includes the opening of the epoch by the event at the offset.
    @inline(__always)
    func isAhead(_ slot: Int, ofOpening point: SnapshotPoint) -> Bool {
        guard let ahead else { return false }
        return ahead.point(slot) >= point
    }
}

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
