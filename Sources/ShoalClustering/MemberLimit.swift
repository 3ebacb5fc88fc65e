/// Decides whether a shard admits new viewers. Admission stops at `members.max` members and resumes when 1% of the
/// limit is free again.
///
/// A replay from a snapshot can hold members of a later snapshot from its start, so the number of members at an offset
/// differs from the original one. Snapshots therefore record the offsets at which `isFull` changed, and a replay
/// applies these changes.
struct MemberLimit {
    private(set) var isFull = false
    /// The offsets at which `isFull` changed since the previous snapshot began.
    private(set) var switches: [Int64] = []
    /// During a replay, the remaining recorded changes up to the later snapshot.
    private var given: [Int64]?

    init() {}

    init(isFull: Bool, until later: [Int64]?) {
        self.isFull = isFull
        given = later
    }

    /// Applies the recorded changes up to the record at an offset.
    mutating func reach(_ offset: Int64) {
        guard let first = given?.first, first <= offset else { return }
        given?.removeFirst()
        isFull.toggle()
        switches.append(first)
        reach(offset)
    }

    /// Ends a replay at the later snapshot and adopts its state.
    mutating func arrive(isFull: Bool, switches: [Int64]) {
        self.isFull = isFull
        self.switches = switches
        given = nil
    }

    /// Compares the number of members with the limit.
    /// - Parameter offset: The offset of the first record that is handled in the new state.
    mutating func update(_ count: Int, most: Int, from offset: Int64, isTracked: Bool) {
        guard given == nil else { return }
        let isFull = isFull ? count > most - max(most / 100, 1) : count >= most
        guard isFull != self.isFull else { return }
        self.isFull = isFull
        if isTracked { switches.append(offset) }
    }

    /// Clears the changes when a new snapshot has recorded them.
    mutating func beginSnapshot() {
        switches = []
    }
}
