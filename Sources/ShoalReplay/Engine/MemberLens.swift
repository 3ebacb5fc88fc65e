internal import ShoalClustering
internal import ShoalPipeline

/// Observes one member while its partition is replayed. Not thread-safe.
class MemberLens {
    /// The pseudonyms that the member may have.
    let members: Set<Pseudonym>
    /// The one that it has; nil before its first event.
    var member: Pseudonym?

    init(members: Set<Pseudonym>) {
        self.members = members
    }

    /// Called before an event of the member is handled.
    func before(_ event: borrowing EngineEvent, at offset: Int64, _ shard: borrowing Shard<KeyedTopics>) {}
    /// Called after the event was handled.
    func after(_ shard: borrowing Shard<KeyedTopics>) {}
    /// Called before an epoch is opened. `afterOpening` is called when it is open or interrupted.
    func beforeOpening(_ shard: borrowing Shard<KeyedTopics>, at offset: Int64) {}
    func afterOpening(_ shard: borrowing Shard<KeyedTopics>) {}
}
