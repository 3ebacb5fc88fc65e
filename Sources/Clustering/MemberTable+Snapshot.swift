extension MemberTable {
    /// Whether the last snapshot holds a member as it is.
    enum Saved: UInt8 {
        /// It does.
        case clean
        /// The next one is to hold it.
        case dirty
        /// The one under way is still to write it, as it was when that began.
        case pending
    }

    func fields(_ slot: Int) -> MemberFields {
        let member = slots[slot]
        return MemberFields(
            pseudonym: member.pseudonym, order: orders[slot], landmark: member.landmark,
            lastEpoch: member.lastEpoch == .min ? nil : member.lastEpoch, events: member.events,
            cluster: member.cluster == Self.uncounted ? nil : member.cluster, previous: member.previous)
    }

    /// Puts members in, or in the place of what was known of them.
    /// - Parameter slots: where each is then.
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

    /// Puts a member in that has no topics yet.
    private mutating func restore(_ fields: MemberFields) -> Int {
        var member = Slot(
            pseudonym: fields.pseudonym, landmark: fields.landmark, lastEpoch: fields.lastEpoch ?? .min,
            events: fields.events, cluster: fields.cluster ?? Self.uncounted, previous: fields.previous, isUsed: true,
            saved: .clean)
        guard let slot = find(fields.pseudonym) else { return insert(member, order: fields.order) }
        update(slot) {
            (member.start, member.capacity) = ($0.start, $0.capacity)
            $0 = member
        }
        orders[slot] = fields.order
        return slot
    }
}

/// What has changed since the last snapshot, and the snapshot under way.
///
/// A snapshot holds its members as they were at one point, though it is written bit by bit while the work goes on: whoever
/// is about to change a member that is still to be written writes it first.
struct SnapshotTracker {
    /// Nothing is tracked where no snapshots are made.
    var isOn = false
    /// Slots of dirty members; some are free by now, or stand twice.
    var dirty: [UInt32] = []
    /// Who was removed and has not come back.
    var removed: Set<Pseudonym> = []

    /// Of the snapshot under way; nil: none is.
    var point: SnapshotPoint?
    /// Slots that were dirty when it began.
    var pending: [UInt32] = []
    var next = 0
    /// What is written and not taken yet.
    var output = MemberStates()
}
