/// The point of a snapshot: before the record at `offset`, in the open epoch. Never between closing and opening.
public struct SnapshotPoint: Hashable, Comparable, Sendable {
    /// The next offset to handle.
    public var offset: Int64
    /// The open epoch; `nil` in genesis.
    public var epoch: Epoch?

    public init(offset: Int64, epoch: Epoch?) {
        self.offset = offset
        self.epoch = epoch
    }

    public static func < (left: SnapshotPoint, right: SnapshotPoint) -> Bool {
        (left.offset, left.epoch ?? .min) < (right.offset, right.epoch ?? .min)
    }
}

/// The state of a shard except for members, as far as the log does not restore it.
public struct ShardHeader: Equatable, Sendable {
    public var point: SnapshotPoint
    /// The number of epoch deltas so far.
    public var closings: Int64 = 0
    /// The entries of the clock, the oldest first.
    public var clock: [EpochClock.Entry] = []
    /// The remembered event ids, the oldest first.
    public var ids: [UInt64] = []
    /// The delta of the open epoch: clusters ascending, without samples.
    public var delta: [ClusterDelta] = []
    /// Ascending.
    public var candidates: [CandidateSighting] = []
    /// Ascending.
    public var namings: [TopicNaming] = []
    /// The sightings of candidates by each viewer in the open epoch, ascending by viewer.
    public var sightings: [SightingCount] = []
    /// Whether new viewers are refused.
    public var isFull = false
    /// From which offsets on that was the other way round, since the beginning of the snapshot before; ascending.
    public var fullSwitches: [Int64] = []

    public init(point: SnapshotPoint) {
        self.point = point
    }
}

/// A member's state without its topics.
public struct MemberFields: Equatable, Sendable {
    public var pseudonym: Pseudonym
    public var order: UInt64
    /// The time that the profile is decayed to, in ms.
    public var landmark: Int64
    /// The epoch that was open when the member was last handled; `nil` for genesis.
    public var lastEpoch: Epoch?
    public var events: UInt32
    /// The cluster whose sums include the member; 0 if unassigned, `nil` if not eligible.
    public var cluster: ClusterID?
    /// The cluster that the member last moved away from; 0 for none.
    public var previous: ClusterID

    public init(
        pseudonym: Pseudonym, order: UInt64, landmark: Int64, lastEpoch: Epoch?, events: UInt32, cluster: ClusterID?,
        previous: ClusterID
    ) {
        self.pseudonym = pseudonym
        self.order = order
        self.landmark = landmark
        self.lastEpoch = lastEpoch
        self.events = events
        self.cluster = cluster
        self.previous = previous
    }
}

/// The states of several members in contiguous arrays, without an object per member.
public struct MemberStates: Equatable, Sendable {
    public package(set) var fields: [MemberFields] = []
    /// The end of each member's topics.
    public package(set) var ends: [Int] = []
    public package(set) var topics: [TopicNumber] = []
    public package(set) var weights: [UInt32] = []
    public package(set) var directions: [UInt16] = []
    /// Members that have been removed.
    public private(set) var removed: [Pseudonym] = []

    public init() {}

    public var isEmpty: Bool { fields.isEmpty && removed.isEmpty }

    /// The number of members, including removed ones.
    public var count: Int { fields.count + removed.count }

    /// Returns the places of a member's topics in the three arrays.
    @inlinable
    public func range(_ index: Int) -> Range<Int> {
        (index == 0 ? 0 : ends[index - 1])..<ends[index]
    }

    mutating func append(_ members: borrowing MemberTable, _ slot: Int) {
        fields.append(members.fields(slot))
        for place in members.range(slot) {
            let topic = members.topics[place]
            topics.append(topic.number)
            weights.append(topic.weight)
            directions.append(topic.direction)
        }
        ends.append(topics.count)
    }

    mutating func append(removed pseudonym: Pseudonym) {
        removed.append(pseudonym)
    }

    package mutating func removeAll() {
        fields.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        topics.removeAll(keepingCapacity: true)
        weights.removeAll(keepingCapacity: true)
        directions.removeAll(keepingCapacity: true)
        removed.removeAll(keepingCapacity: true)
    }
}
