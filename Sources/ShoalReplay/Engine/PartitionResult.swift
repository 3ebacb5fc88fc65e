internal import ShoalClustering
internal import ShoalPipeline

/// The result of replaying a partition.
struct PartitionResult: Sendable {
    var partition: Int32
    var counters = Shard<KeyedTopics>.Counters()
    var times: ClosedRange<Int64>?
    /// Members, and the bytes of their table that are in use.
    var members = 0
    var memberBytes = 0
    /// Counts since the last epoch delta.
    var tally = Tally()
    /// The eligible members for the quality measure.
    var sample: [SampledMember] = []
    /// Recorded memberships; see `MembershipHistory`.
    var history: [Int: [Pseudonym: ClusterID]] = [:]
    /// The final published clusters of all eligible members.
    var places: [Pseudonym: ClusterID] = [:]
    /// Erased members that are not yet published as such.
    var erased: [ErasedMember] = []
    /// The period of the open epoch's pseudonyms; nil if they are not rotated.
    var period: Int64?
    /// The position at which the replay stopped.
    var position: Position
    var hasLeftGenesis = false
    /// The version of a required model that was never created; nil if none is missing.
    var starvedFor: Epoch?
}
