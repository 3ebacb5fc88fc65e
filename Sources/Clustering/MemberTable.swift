/// The members of a shard, in arrays: a table of fixed-size slots and one of topic weights, no object a member.
///
/// A slot takes 64 bytes, a bound 12, the index 8 a place, a topic 10 (number, weight, direction) in blocks of 4. Which slot a member
/// lives in reaches no result.
struct MemberTable {
    struct Slot {
        var pseudonym: Pseudonym = 0
        /// For sampling.
        var order: UInt64 = 0
        /// The time that the profile is decayed to, ms.
        var landmark: Int64 = 0
        /// The epoch that was open when it was last handled.
        var lastEpoch: Epoch = 0
        var events: UInt32 = 0
        /// The cluster that its direction is counted in; 0: unassigned, `uncounted`: not eligible.
        var cluster: ClusterID = MemberTable.uncounted
        /// The cluster that it last moved away from; 0: none.
        var previous: ClusterID = 0
        /// Where its topics begin, and how many there are; room for `capacity`.
        var start: UInt32 = 0
        var count: UInt8 = 0
        var capacity: UInt8 = 0
        var isUsed = false
        var saved = Saved.dirty
    }

    /// In place of a cluster: too few events, or an empty profile.
    static let uncounted = ClusterID.max

    private(set) var slots: [Slot] = []
    /// What proves that a member stays, by slot.
    var bounds: [ScoreBound] = []
    private var freeSlots: [UInt32] = []
    private(set) var count = 0
    /// Open addressing by pseudonym: its low half, so that others are passed over without a look at their slots, above slot + 1;
    /// 0 is free.
    private var index = [UInt64](repeating: 0, count: 64)
    /// Slots that were fetched ahead, by the last bits of the pseudonym: `find` looks there first.
    private var hints = [UInt32](repeating: 0, count: 64)

    /// Above the number of every topic that a member has, or has had.
    private(set) var topicBound = 0
    /// Topics of all members, block by block; those of a member stand in no particular order of numbers.
    private(set) var topics: [TopicNumber] = []
    var weights: [UInt32] = []
    /// What was added to the cluster's sum for the topic.
    var directions: [UInt16] = []
    /// Free blocks by size in fours.
    private var freeBlocks: [[UInt32]] = []

    // MARK: - Slots

    /// The member's slot; nil where it is unknown.
    func find(_ pseudonym: Pseudonym) -> Int? {
        let hint = Int(hints[Self.hint(pseudonym)])
        if hint < slots.count, slots[hint].pseudonym == pseudonym, slots[hint].isUsed { return hint }
        var place = home(pseudonym)
        while let slot = candidate(pseudonym, &place) {
            if slots[slot].pseudonym == pseudonym { return slot }
        }
        return nil
    }

    /// The next slot, from a place on, whose member may be the one; nil: there is none.
    @inline(__always)
    private func candidate(_ pseudonym: Pseudonym, _ place: inout Int) -> Int? {
        while index[place] != 0 {
            let entry = index[place]
            place = (place + 1) & (index.count - 1)
            if UInt32(truncatingIfNeeded: entry >> 32) == UInt32(truncatingIfNeeded: pseudonym) {
                return Self.slot(entry)
            }
        }
        return nil
    }

    /// Makes room for as many members at once, and for as many topics of theirs.
    mutating func reserve(members count: Int, topics topicCount: Int) {
        slots.reserveCapacity(count)
        bounds.reserveCapacity(count)
        topics.reserveCapacity(topicCount)
        weights.reserveCapacity(topicCount)
        directions.reserveCapacity(topicCount)
        var size = index.count
        while count * 4 > size * 3 { size *= 2 }
        if size > index.count { grow(to: size) }
    }

    /// A slot for a member that is not there yet.
    mutating func insert(_ pseudonym: Pseudonym, order: UInt64) -> Int {
        insert(Slot(pseudonym: pseudonym, order: order, isUsed: true))
    }

    /// Puts a member in that is not there yet.
    mutating func insert(_ member: Slot) -> Int {
        if (count + 1) * 4 > index.count * 3 { grow(to: index.count * 2) }
        let slot: Int
        if let free = freeSlots.popLast() {
            slot = Int(free)
            bounds[slot] = ScoreBound()
            slots[slot] = member
        } else {
            slot = slots.count
            slots.append(member)
            bounds.append(ScoreBound())
        }
        place(slot)
        count += 1
        return slot
    }

    mutating func remove(_ slot: Int) {
        guard var hole = placeOf(slot) else { return }
        let mask = index.count - 1
        var place = hole
        while true {
            place = (place + 1) & mask
            guard index[place] != 0 else { break }
            let home = home(index[place] >> 32)
            if (place - home) & mask >= (place - hole) & mask {
                index[hole] = index[place]
                hole = place
            }
        }
        index[hole] = 0
        free(slots[slot])
        slots[slot] = Slot()
        freeSlots.append(UInt32(slot))
        count -= 1
    }

    @inline(__always)
    mutating func update(_ slot: Int, _ body: (inout Slot) -> Void) {
        body(&slots[slot])
    }

    @inline(__always)
    private func home(_ pseudonym: some FixedWidthInteger) -> Int {
        // A pseudonym is a keyed hash already; there are no more places than its low half has values.
        Int(truncatingIfNeeded: pseudonym) & (index.count - 1)
    }

    @inline(__always)
    private static func hint(_ pseudonym: Pseudonym) -> Int { Int(truncatingIfNeeded: pseudonym) & 63 }

    @inline(__always)
    private static func slot(_ entry: UInt64) -> Int { Int(UInt32(truncatingIfNeeded: entry)) - 1 }

    private func placeOf(_ slot: Int) -> Int? {
        var place = home(slots[slot].pseudonym)
        while index[place] != 0 {
            if Self.slot(index[place]) == slot { return place }
            place = (place + 1) & (index.count - 1)
        }
        return nil
    }

    private mutating func place(_ slot: Int) {
        place(UInt64(UInt32(truncatingIfNeeded: slots[slot].pseudonym)) << 32 | UInt64(slot + 1))
    }

    private mutating func place(_ entry: UInt64) {
        var place = home(entry >> 32)
        while index[place] != 0 { place = (place + 1) & (index.count - 1) }
        index[place] = entry
    }

    private mutating func grow(to size: Int) {
        let entries = index
        index = Array(repeating: 0, count: size)
        for entry in entries where entry != 0 { place(entry) }
    }

    // MARK: - Fetching ahead

    /// Begins to fetch what `find` reads of a member first.
    @inline(__always)
    func fetchPlace(_ pseudonym: Pseudonym) {
        Prefetch.line(of: index, at: home(pseudonym))
    }

    /// Begins to fetch a member's slot; `fetchPlace` came some time before.
    @inline(__always)
    mutating func fetchSlot(_ pseudonym: Pseudonym) {
        var place = home(pseudonym)
        guard let slot = candidate(pseudonym, &place) else { return }
        hints[Self.hint(pseudonym)] = UInt32(slot)
        Prefetch.lines(of: slots, in: slot..<slot + 1)
        Prefetch.line(of: bounds, at: slot)
    }

    /// Begins to fetch a member's topics; `fetchSlot` came some time before.
    @inline(__always)
    func fetchTopics(_ pseudonym: Pseudonym) {
        if let slot = find(pseudonym) { fetchTopics(at: slot) }
    }

    /// Begins to fetch the topics of the member in a slot.
    @inline(__always)
    func fetchTopics(at slot: Int) {
        let range = range(slot)
        guard !range.isEmpty else { return }
        Prefetch.lines(of: topics, in: range)
        Prefetch.lines(of: weights, in: range)
        Prefetch.lines(of: directions, in: range)
    }

    // MARK: - Topics

    /// The places of a member's topics in the three arrays.
    @inline(__always)
    func range(_ slot: Int) -> Range<Int> {
        let start = Int(slots[slot].start)
        return start..<start + Int(slots[slot].count)
    }

    /// Adds a topic with direction 0 at the end of the member's block, which may move.
    mutating func append(_ topic: TopicNumber, weight: UInt32, to slot: Int) {
        let (count, capacity) = (Int(slots[slot].count), Int(slots[slot].capacity))
        if count == capacity { move(slot, to: capacity + 4) }
        let place = Int(slots[slot].start) + count
        put(topic, weight: weight, at: place)
        directions[place] = 0
        slots[slot].count = UInt8(count + 1)
    }

    /// Puts a topic at a place of some member's block.
    @inline(__always)
    mutating func put(_ topic: TopicNumber, weight: UInt32, at place: Int) {
        topics[place] = topic
        weights[place] = weight
        topicBound = max(topicBound, Int(topic) + 1)
    }

    /// The same of all topics of a member.
    mutating func put(_ states: borrowing MemberStates, _ range: Range<Int>, at start: Int) {
        Self.copy(states.topics, range, to: start, of: &topics)
        Self.copy(states.weights, range, to: start, of: &weights)
        Self.copy(states.directions, range, to: start, of: &directions)
        var bound = topicBound
        for place in range { bound = max(bound, Int(states.topics[place]) + 1) }
        topicBound = bound
    }

    @inline(__always)
    private static func copy<T>(_ values: [T], _ range: Range<Int>, to start: Int, of target: inout [T]) {
        let values = values.span.extracting(range)
        var target = target.mutableSpan
        for index in values.indices { target[start + index] = values[index] }
    }

    /// Takes the topic at `place` out; the last one takes its place.
    mutating func removeTopic(at place: Int, from slot: Int) {
        let last = Int(slots[slot].start) + Int(slots[slot].count) - 1
        topics[place] = topics[last]
        weights[place] = weights[last]
        directions[place] = directions[last]
        slots[slot].count -= 1
    }

    /// Makes room for as many topics.
    mutating func reserve(_ count: Int, for slot: Int) {
        if count > Int(slots[slot].capacity) { move(slot, to: (count + 3) & ~3) }
    }

    private mutating func move(_ slot: Int, to capacity: Int) {
        let (start, new) = (Int(slots[slot].start), allocate(capacity))
        for offset in 0..<Int(slots[slot].count) {
            topics[Int(new) + offset] = topics[start + offset]
            weights[Int(new) + offset] = weights[start + offset]
            directions[Int(new) + offset] = directions[start + offset]
        }
        free(slots[slot])
        slots[slot].start = new
        slots[slot].capacity = UInt8(capacity)
    }

    private mutating func allocate(_ capacity: Int) -> UInt32 {
        let size = capacity / 4
        while freeBlocks.count <= size { freeBlocks.append([]) }
        if let block = freeBlocks[size].popLast() { return block }
        let start = UInt32(topics.count)
        topics.append(contentsOf: repeatElement(0, count: capacity))
        weights.append(contentsOf: repeatElement(0, count: capacity))
        directions.append(contentsOf: repeatElement(0, count: capacity))
        return start
    }

    private mutating func free(_ slot: Slot) {
        guard slot.capacity > 0 else { return }
        freeBlocks[Int(slot.capacity) / 4].append(slot.start)
    }
}
