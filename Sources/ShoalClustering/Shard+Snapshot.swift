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
        header.deltaCount = deltaCount
        header.clock = clock.entries
        header.ids = ids.ids
        var delta = delta
        header.delta = delta.take()
        header.erased = erased.sorted { $0.member < $1.member }
        var candidates = candidates
        header.sightings = candidates.sightingCounts
        (header.candidates, header.namings) = candidates.take()
        header.categoryViewers = openCategories.viewers
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
        counting = CountingRule(model.model, epoch: openEpoch)
        phase = header.point.epoch.map { .open($0) } ?? .genesis
        deltaCount = header.deltaCount
        clock = EpochClock(quorum: fixed.clockQuorum, maxStep: fixed.clockMaxStep, entries: header.clock)
        for id in header.ids { _ = ids.accept(id) }
        delta = OpenDelta(header.delta)
        erased = header.erased
        candidates = OpenCandidates(header.candidates, header.namings, header.sightings, epoch: openEpoch)
        openCategories = OpenCategories(header.categoryViewers)
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
            // Members from the unfinished snapshot skipped earlier events, and members that it removed were not found. So
            // its sum of changes and its erased members replace ours.
            delta = OpenDelta(later.delta)
            erased = later.erased
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
