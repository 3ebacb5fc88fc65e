import Foundation
internal import ShoalClustering
internal import ShoalSchemas

/// Explains why the coordinator has not published a model, or a further one.
enum ModelDelay {
    /// - Parameters:
    ///   - summary: of the coordinator's last model.
    ///   - now: The epoch before which all epochs have ended by the wall clock.
    /// - Returns: The reason and the partitions that are waited for, or `nil` if the coordinator waits for the next
    ///   event.
    static func reason(
        _ coordinator: Coordinator, _ summary: ModelSummary, now: Epoch
    ) -> (text: String, partitions: [Int32])? {
        let (settings, waited) = (summary.settings, coordinator.waitsFor)
        let fixed = settings.fixed
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
        if summary.ticks == 0 { return ("no epoch has ended", waited) }
        if !waited.isEmpty, coordinator.partitions.contains(where: { $0.closed.map { $0 > version } ?? false }) {
            return ("epoch \(version + 1) has not ended on all partitions", waited)
        }
        if summary.topics == 0 {
            return ("no topic is admitted; topics.file can name topics that are admitted from the start", [])
        }
        guard summary.published == 0 else { return nil }
        if summary.suppressed > 0 {
            return (
                "all clusters have fewer than \(Formatting.number(settings.minClusterSize)) members "
                    + "(privacy.min-cluster-size)", []
            )
        }
        let rules = LifecycleRules(version: summary.rules) ?? .current
        return (MissingSeed(settings, rules).reason(eligible: summary.unassigned, epochs: summary.ticks), [])
    }

    private static func future(_ epoch: Epoch, _ length: Int64) -> String {
        let end = Formatting.time((epoch + 1) * length)
        return
            "epoch \(epoch), which ends at \(end), has not ended by the clock of this machine; epoch.future=allow is "
            + "for synthetic streams"
    }
}
