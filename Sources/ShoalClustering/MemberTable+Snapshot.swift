extension MemberTable {
    /// Whether the last snapshot holds the current state of a member.
    enum Saved: UInt8 {
        /// The last snapshot holds it.
        case clean
        /// The next snapshot must hold it.
        case dirty
        /// The snapshot in progress must still write it, as of the snapshot's start.
        case pending
    }

    func fields(_ slot: Int) -> MemberFields {
        let member = slots[slot]
        return MemberFields(
            pseudonym: member.pseudonym, order: orders[slot], landmark: member.landmark,
            lastEpoch: member.lastEpoch == .min ? nil : member.lastEpoch, events: member.events,
            cluster: member.cluster == Self.uncounted ? nil : member.cluster, previous: member.previous,
            published: published[slot], watchDays: days[slot].rawValue)
    }

    /// Inserts members, or replaces their known state.
    /// - Parameter slots: Receives the slot of each member.
    mutating func restore(_ states: borrowing MemberStates, _ slots: inout [Int]) {
        slots.removeAll(keepingCapacity: true)
        for fields in states.fields { fetchPlace(fields.pseudonym) }
        for index in states.fields.indices {
            let slot = restore(states.fields[index])
            let range = states.range(index)
            reserve(range.count, for: slot)
            update(slot) { $0.count = UInt8(range.count) }
            put(states, range, at: self.range(slot).lowerBound)
            slots.append(slot)
        }
    }

    /// Inserts a member without topics.
    private mutating func restore(_ fields: MemberFields) -> Int {
        var member = Slot(
            pseudonym: fields.pseudonym, landmark: fields.landmark, lastEpoch: fields.lastEpoch ?? .min,
            events: fields.events, cluster: fields.cluster ?? Self.uncounted, previous: fields.previous, isUsed: true,
            saved: .clean)
        guard let slot = find(fields.pseudonym) else {
            let slot = insert(member, order: fields.order)
            published[slot] = fields.published
            days[slot].rawValue = fields.watchDays
            return slot
        }
        update(slot) {
            (member.start, member.capacity) = ($0.start, $0.capacity)
            $0 = member
        }
        orders[slot] = fields.order
        published[slot] = fields.published
        days[slot].rawValue = fields.watchDays
        return slot
    }
}

/// Tracks changes since the last snapshot, and the snapshot in progress.
///
/// A snapshot holds its members as of one point, although it is written incrementally while events are handled. A
/// member that is still to be written is therefore written before it changes.
struct SnapshotTracker {
    /// Whether changes are tracked. False if no snapshots are made.
    var isOn = false
    /// Slots of dirty members. Some may be free by now, or occur twice.
    var dirty: [UInt32] = []
    /// Members that were removed and have not returned.
    var removed: Set<Pseudonym> = []

    /// The point of the snapshot in progress; `nil` if there is none.
    var point: SnapshotPoint?
    /// Slots that were dirty at the start of the snapshot.
    var pending: [UInt32] = []
    var next = 0
    /// States written and not yet taken.
    var output = MemberStates()
}
