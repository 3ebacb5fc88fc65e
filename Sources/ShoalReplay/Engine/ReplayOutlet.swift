internal import ShoalClustering

/// Receives the changes of a replay: in order for each partition, and from several partitions at once.
struct ReplayOutlet: Sendable {
    var members: @Sendable ([MemberChange], _ partition: Int32) async throws -> Void
    var clusters: @Sendable ([LifecycleChange], Model) throws -> Void
}
