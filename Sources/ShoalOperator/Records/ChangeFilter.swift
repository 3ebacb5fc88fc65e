package import ShoalSchemas

/// Selects cluster changes.
package struct ChangeFilter: Sendable {
    /// Only changes of this member; nil for any.
    package var member: UInt128?
    /// Only changes that involve this cluster; nil for any.
    package var cluster: UInt32?
    /// Only changes of these kinds; empty for any.
    package var kinds: Set<ClusterChange.Kind> = []

    /// Selects all changes.
    package init() {}

    func matches(_ change: ClusterChange) -> Bool {
        if let member, change.member != member { return false }
        if !kinds.isEmpty, !kinds.contains(change.kind) { return false }
        guard let cluster else { return true }
        return [change.cluster, change.from, change.to, change.otherCluster].contains(cluster)
    }
}
