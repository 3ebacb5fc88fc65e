import Foundation
internal import ShoalClustering
internal import ShoalSchemas

/// Explains why the coordinator has not published a model, or a further one.
enum ModelDelay {
    /// - Parameter now: The epoch before which all epochs have ended by the wall clock.
    /// - Returns: The reason and the partitions that are waited for, or `nil` if the coordinator waits for the next
    ///   event.
    static func reason(_ coordinator: Coordinator, now: Epoch) -> (text: String, partitions: [Int32])? {
        let (model, waited) = (coordinator.model, coordinator.waitsFor)
        let fixed = model.settings.fixed
        guard let version = coordinator.version else {
            guard let first = coordinator.partitions.compactMap(\.first).min() else {
                return (
                    "no epoch has begun: the first epoch of a partition begins after events of \(fixed.clockQuorum) "
                        + "viewers (clock.quorum)", waited
                )
            }
            if first > now { return (future(first, fixed.epochLength), []) }
            return ("no epoch has begun on all partitions", waited)
        }
        if version + 1 >= now, coordinator.partitions.contains(where: { $0.closed.map { $0 > version } ?? false }) {
            return (future(version + 1, fixed.epochLength), [])
        }
        if model.ticks == 0 { return ("no epoch has ended", waited) }
        if !waited.isEmpty, coordinator.partitions.contains(where: { $0.closed.map { $0 > version } ?? false }) {
            return ("epoch \(version + 1) has not ended on all partitions", waited)
        }
        if model.vocabulary.entries.isEmpty {
            return ("no topic is admitted; topics.file can name topics that are admitted from the start", [])
        }
        if model.clusters.isEmpty {
            return (
                "\(Formatting.number(model.unassigned.count)) of "
                    + "\(Formatting.number(model.settings.seedMembers)) viewers have "
                    + "\(model.settings.minEvents) events", []
            )
        }
        guard model.clusters.contains(where: \.isPublished) else {
            let largest = model.clusters.map(\.sums.count).max() ?? 0
            return (
                "the largest of \(model.clusters.count) clusters has \(Formatting.number(largest)) members, and clusters "
                    + "below \(Formatting.number(model.settings.minClusterSize)) (privacy.min-cluster-size) are not "
                    + "published", []
            )
        }
        return nil
    }

    private static func future(_ epoch: Epoch, _ length: Int64) -> String {
        let end = Formatting.time((epoch + 1) * length)
        return
            "epoch \(epoch), which ends at \(end), has not ended by the clock of this machine; epoch.future=allow is "
            + "for synthetic streams"
    }
}
