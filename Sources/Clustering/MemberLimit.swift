/// Whether a shard takes new viewers in: not while it holds `members.max` of them, and then until a hundredth is free again.
///
/// A replay from a snapshot holds members of a later one from its beginning, so that their number is not what it was at an offset.
/// Snapshots therefore name the offsets at which this changed, and a replay follows them.
struct MemberLimit {
    private(set) var isFull = false
    /// Since the beginning of the snapshot before: from these offsets on it was the other way round.
    private(set) var switches: [Int64] = []
    /// Of a replay up to a later snapshot: the switches until there.
    private var given: [Int64]?

    init() {}

    init(isFull: Bool, until later: [Int64]?) {
        self.isFull = isFull
        given = later
    }

    /// Follows the switches of a replay up to the record at an offset.
    mutating func reach(_ offset: Int64) {
        guard let first = given?.first, first <= offset else { return }
        given?.removeFirst()
        isFull.toggle()
        switches.append(first)
        reach(offset)
    }

    /// The later snapshot's point is reached: its state is known.
    mutating func arrive(isFull: Bool, switches: [Int64]) {
        self.isFull = isFull
        self.switches = switches
        given = nil
    }

    /// Compares the number of members with the limit.
    /// - Parameter offset: of the first record that is handled under the new state.
    mutating func update(_ count: Int, most: Int, from offset: Int64, isTracked: Bool) {
        guard given == nil else { return }
        let isFull = isFull ? count > most - max(most / 100, 1) : count >= most
        guard isFull != self.isFull else { return }
        self.isFull = isFull
        if isTracked { switches.append(offset) }
    }

    /// A snapshot begins, which has taken the switches.
    mutating func beginSnapshot() {
        switches = []
    }
}
