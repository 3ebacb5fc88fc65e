internal import ShoalClustering
internal import ShoalPipeline

/// Observes what is published about the members of a partition. Not thread-safe.
protocol PlaceWatcher: AnyObject {
    /// Receives changes, in the order in which they are published.
    func take(_ changes: [MemberChange])
    /// Called when an epoch has been opened with a model, and all changes of the opening were taken.
    func opened(_ shard: borrowing Shard<KeyedTopics>, _ model: Model)
    /// Called after the last epoch.
    func finish()
}
