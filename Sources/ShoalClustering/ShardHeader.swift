/// The state of a shard except for members, as far as the log does not restore it.
public struct ShardHeader: Equatable, Sendable {
    public var point: SnapshotPoint
    /// The number of epoch deltas so far.
    public var deltaCount: Int64 = 0
    /// The entries of the clock, the oldest first.
    public var clock: [EpochClock.Entry] = []
    /// The remembered event ids, the oldest first.
    public var ids: [UInt64] = []
    /// The delta of the open epoch: clusters ascending, without samples.
    public var delta: [ClusterDelta] = []
    /// Erased members that are not yet published as such; ascending, each once.
    public var erased: [ErasedMember] = []
    /// Ascending.
    public var candidates: [CandidateSighting] = []
    /// Ascending.
    public var namings: [TopicNaming] = []
    /// The sightings of candidates by each viewer in the open epoch, ascending by viewer.
    public var sightings: [SightingCount] = []
    /// The members who watched topics of neutralized categories in the open epoch, ascending.
    public var categoryViewers: [CategoryViewer] = []
    /// Whether new viewers are refused.
    public var isFull = false
    /// From which offsets on that was the other way round, since the beginning of the snapshot before; ascending.
    public var fullSwitches: [Int64] = []

    public init(point: SnapshotPoint) {
        self.point = point
    }
}
