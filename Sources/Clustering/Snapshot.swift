/// Where a snapshot was taken: before the record at `offset`, in the open epoch. Never between a closing and its opening.
public struct SnapshotPoint: Hashable, Comparable, Sendable {
    /// The next offset to handle.
    public var offset: Int64
    /// The open epoch; nil: genesis.
    public var epoch: Epoch?

    public init(offset: Int64, epoch: Epoch?) {
        self.offset = offset
        self.epoch = epoch
    }

    public static func < (left: SnapshotPoint, right: SnapshotPoint) -> Bool {
        (left.offset, left.epoch ?? .min) < (right.offset, right.epoch ?? .min)
    }
}

/// What a snapshot holds besides the members: all that the log from there on does not give back.
public struct ShardHeader: Equatable, Sendable {
    public var point: SnapshotPoint
    /// How many closings there have been.
    public var closings: Int64 = 0
    /// The oldest first.
    public var clock: [EpochClock.Entry] = []
    /// The ids that are remembered, the oldest first.
    public var ids: [UInt64] = []
    /// Of the open epoch; clusters ascending, no samples.
    public var delta: [ClusterDelta] = []
    /// Ascending.
    public var candidates: [CandidateSighting] = []
    /// Ascending.
    public var namings: [TopicNaming] = []
    /// How many candidates viewers have marked in the open epoch; ascending by place.
    public var marks: [MarkCount] = []
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
    /// The time that the profile is decayed to, ms.
    public var landmark: Int64
    /// The epoch that was open when it was last handled; nil: genesis.
    public var lastEpoch: Epoch?
    public var events: UInt32
    /// The cluster that it is counted in; 0: in none; nil: not eligible.
    public var cluster: ClusterID?
    /// The cluster that it last moved away from; 0: none.
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

/// Members' states one behind the other: no object a member.
public struct MemberStates: Equatable, Sendable {
    public package(set) var fields: [MemberFields] = []
    /// Where the topics of each member end.
    public package(set) var ends: [Int] = []
    public package(set) var topics: [TopicNumber] = []
    public package(set) var weights: [UInt32] = []
    public package(set) var directions: [UInt16] = []
    /// Members that are no more.
    public private(set) var removed: [Pseudonym] = []

    public init() {}

    public var isEmpty: Bool { fields.isEmpty && removed.isEmpty }

    /// Members, and those that are no more.
    public var count: Int { fields.count + removed.count }

    /// The places of a member's topics in the three arrays.
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
