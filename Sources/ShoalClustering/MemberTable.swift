/// The members of a shard in arrays: fixed-size slots and topic blocks, without an object per member.
///
/// A slot takes 64 bytes, a sample order 8, a published cluster 4, its days 4, an index place 8, and a topic 12 in blocks of 4. The
/// slot of a member does not affect results.
struct MemberTable {
    struct Slot {
        var pseudonym: Pseudonym = 0
        /// The time that the profile is decayed to, in ms.
        var landmark: Int64 = 0
        /// The epoch that was open when the member was last handled.
        var lastEpoch: Epoch = 0
        var events: UInt32 = 0
        /// The cluster whose sums include the member; 0 if unassigned, `uncounted` if not eligible.
        var cluster: ClusterID = MemberTable.uncounted
        /// The cluster that the member last moved away from; 0 for none.
        var previous: ClusterID = 0
        /// The start and number of its topics, and the `capacity` of the block.
        var start: UInt32 = 0
        /// The bound that proves that the member stays in its cluster.
        var bound = ScoreBound()
        var count: UInt8 = 0
        var capacity: UInt8 = 0
        var isUsed = false
        var saved = Saved.dirty
    }

    /// Marks a member that is not eligible: too few events, or an empty profile.
    static let uncounted = ClusterID.max

    private(set) var slots: [Slot] = []
    /// Sample orders by slot. Not needed for handling events.
    var orders: [UInt64] = []
    /// The cluster in which each member was last published, by slot; 0 for none.
    var published: [ClusterID] = []
    /// The days on which each member watched, by slot.
    var days: [WatchDays] = []
    private var freeSlots: [UInt32] = []
    private(set) var count = 0
    /// An open-addressing index by pseudonym. Each entry holds the pseudonym's low half, so that other members are
    /// skipped without reading their slots, above slot + 1. 0 marks a free place.
    private var index = [UInt64](repeating: 0, count: 64)
    /// Prefetched slots by the last bits of the pseudonym. `find` checks them first.
    private var hints = [UInt32](repeating: 0, count: 256)

    /// A topic of a member. All fields that an event needs are contiguous.
    struct Topic: BitwiseCopyable {
        var number: TopicNumber
        var weight: UInt32
        /// The component that the cluster's sum includes.
        var direction: UInt16 = 0
    }

    /// Greater than the number of every topic that any member has or had.
    private(set) var topicBound = 0
    /// The topics of all members in blocks. The topics of a member are not ordered.
    var topics: [Topic] = []
    /// Free blocks by size in fours.
    private var freeBlocks: [[UInt32]] = []

    /// The bytes in use, without room that was reserved and not touched.
    var bytes: Int {
        func size<Element>(_ array: [Element]) -> Int { array.count * MemoryLayout<Element>.stride }
        return size(slots) + size(orders) + size(published) + size(days) + size(index) + size(topics)
    }

    // MARK: - Slots

    /// Returns the member's slot, or `nil` if it is unknown.
    func find(_ pseudonym: Pseudonym) -> Int? {
        let hint = Int(hints[Self.hint(pseudonym)])
        if hint < slots.count, slots[hint].pseudonym == pseudonym, slots[hint].isUsed { return hint }
        var place = home(pseudonym)
        while let slot = candidate(pseudonym, &place) {
            if slots[slot].pseudonym == pseudonym { return slot }
        }
        return nil
    }

    /// Returns the next slot, from a place on, whose low half matches, or `nil`.
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

    /// Reserves room for members and their topics.
    mutating func reserve(members count: Int, topics topicCount: Int) {
        slots.reserveCapacity(count)
        orders.reserveCapacity(count)
        published.reserveCapacity(count)
        days.reserveCapacity(count)
        topics.reserveCapacity(topicCount)
        var size = index.count
        while count * 4 > size * 3 { size *= 2 }
        if size > index.count { grow(to: size) }
    }

    /// Inserts a new member and returns its slot.
    mutating func insert(_ pseudonym: Pseudonym, order: UInt64) -> Int {
        insert(Slot(pseudonym: pseudonym, isUsed: true), order: order)
    }

    /// Inserts a new member with its slot content.
    mutating func insert(_ member: Slot, order: UInt64) -> Int {
        if (count + 1) * 4 > index.count * 3 { grow(to: index.count * 2) }
        let slot: Int
        if let free = freeSlots.popLast() {
            slot = Int(free)
            slots[slot] = member
            orders[slot] = order
            published[slot] = 0
            days[slot] = WatchDays()
        } else {
            slot = slots.count
            slots.append(member)
            orders.append(order)
            published.append(0)
            days.append(WatchDays())
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
        // A pseudonym is a keyed hash, so its low bits serve as the place.
        Int(truncatingIfNeeded: pseudonym) & (index.count - 1)
    }

    @inline(__always)
    private static func hint(_ pseudonym: Pseudonym) -> Int { Int(truncatingIfNeeded: pseudonym) & 255 }

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

    // MARK: - Prefetching

    /// Prefetches the index place that `find` reads first.
    @inline(__always)
    func fetchPlace(_ pseudonym: Pseudonym) {
        Prefetch.line(of: index, at: home(pseudonym))
    }

    /// Prefetches a member's slot, some time after `fetchPlace`.
    @inline(__always)
    mutating func fetchSlot(_ pseudonym: Pseudonym) {
        var place = home(pseudonym)
        guard let slot = candidate(pseudonym, &place) else { return }
        hints[Self.hint(pseudonym)] = UInt32(slot)
        Prefetch.lines(of: slots, in: slot..<slot + 1)
    }

    /// Prefetches the days of the member in a slot.
    @inline(__always)
    func fetchDays(at slot: Int) { Prefetch.line(of: days, at: slot) }

    /// Prefetches the topics of the member in a slot, some time after `fetchSlot`.
    @inline(__always)
    func fetchTopics(at slot: Int) {
        let range = range(slot)
        guard !range.isEmpty else { return }
        Prefetch.lines(of: topics, in: range)
    }

    // MARK: - Topics

    /// The places of a member's topics.
    @inline(__always)
    func range(_ slot: Int) -> Range<Int> {
        let start = Int(slots[slot].start)
        return start..<start + Int(slots[slot].count)
    }

    /// Appends a topic to the member's block, which may move.
    mutating func append(_ topic: Topic, to slot: Int) {
        let (count, capacity) = (Int(slots[slot].count), Int(slots[slot].capacity))
        if count == capacity { move(slot, to: capacity + 4) }
        let place = Int(slots[slot].start) + count
        put(topic, at: place)
        slots[slot].count = UInt8(count + 1)
    }

    /// Stores a topic at a place of a member's block.
    @inline(__always)
    mutating func put(_ topic: Topic, at place: Int) {
        topics[place] = topic
        topicBound = max(topicBound, Int(topic.number) + 1)
    }

    /// Stores all topics of a member.
    mutating func put(_ states: borrowing MemberStates, _ range: Range<Int>, at start: Int) {
        let numbers = states.topics.span.extracting(range)
        let (weights, directions) = (states.weights.span.extracting(range), states.directions.span.extracting(range))
        var bound = topicBound
        for index in numbers.indices { bound = max(bound, Int(numbers[index]) + 1) }
        topicBound = bound
        var target = topics.mutableSpan
        for index in numbers.indices {
            target[start + index] = Topic(number: numbers[index], weight: weights[index], direction: directions[index])
        }
    }

    /// Removes the topic at `place`. The last topic takes its place.
    mutating func removeTopic(at place: Int, from slot: Int) {
        let last = Int(slots[slot].start) + Int(slots[slot].count) - 1
        topics[place] = topics[last]
        slots[slot].count -= 1
    }

    /// Reserves room for the given number of topics.
    mutating func reserve(_ count: Int, for slot: Int) {
        if count > Int(slots[slot].capacity) { move(slot, to: (count + 3) & ~3) }
    }

    private mutating func move(_ slot: Int, to capacity: Int) {
        let (start, new) = (Int(slots[slot].start), allocate(capacity))
        for offset in 0..<Int(slots[slot].count) {
            topics[Int(new) + offset] = topics[start + offset]
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
        topics.append(contentsOf: repeatElement(Topic(number: 0, weight: 0), count: capacity))
        return start
    }

    private mutating func free(_ slot: Slot) {
        guard slot.capacity > 0 else { return }
        freeBlocks[Int(slot.capacity) / 4].append(slot.start)
    }
}
