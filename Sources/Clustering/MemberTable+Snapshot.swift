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
            pseudonym: member.pseudonym, order: member.order, landmark: member.landmark,
            lastEpoch: member.lastEpoch == .min ? nil : member.lastEpoch, events: member.events,
            cluster: member.cluster == Self.uncounted ? nil : member.cluster, previous: member.previous)
    }

    /// Puts a member in, or in the place of what was known of it.
    /// - Returns: its slot.
    mutating func restore(
        _ fields: MemberFields, topics: [TopicNumber], weights: [UInt32], directions: [UInt16]
    ) -> Int {
        let slot = find(fields.pseudonym) ?? insert(fields.pseudonym, order: fields.order)
        update(slot) { member in
            member.order = fields.order
            member.landmark = fields.landmark
            member.lastEpoch = fields.lastEpoch ?? .min
            member.events = fields.events
            member.cluster = fields.cluster ?? Self.uncounted
            member.previous = fields.previous
            member.saved = .clean
            member.count = 0
        }
        reserve(topics.count, for: slot)
        update(slot) { $0.count = UInt8(topics.count) }
        let start = range(slot).lowerBound
        for index in topics.indices {
            self.topics[start + index] = topics[index]
            self.weights[start + index] = weights[index]
            self.directions[start + index] = directions[index]
        }
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
