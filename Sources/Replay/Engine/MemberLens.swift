internal import Clustering
internal import Pipeline

/// Looks at one member while its partition is replayed. Not for two threads.
class MemberLens {
    let member: Pseudonym

    init(member: Pseudonym) {
        self.member = member
    }

    /// An event of the member is about to be handled.
    func before(_ event: borrowing EngineEvent, at offset: Int64, _ shard: borrowing Shard<KeyedTopics>) {}
    /// It was handled.
    func after(_ shard: borrowing Shard<KeyedTopics>) {}
    /// An epoch is about to be opened, and was opened as far as it goes.
    func beforeOpening(_ shard: borrowing Shard<KeyedTopics>, at offset: Int64) {}
    func afterOpening(_ shard: borrowing Shard<KeyedTopics>) {}
}
