public import ShoalClustering

/// Counts clusters that were created by splits and soon merged back, and how long clusters last.
public struct OperationLog: Sendable {
    /// The number of epochs within which a child merged with its parent counts as merged back.
    public static let trial: Epoch = 48

    /// Children of a split that were merged with their parent, or their parent with them, within `trial` epochs.
    public private(set) var mergedBack = 0
    /// The lifetimes of clusters that ended, in epochs.
    public private(set) var lifetimes: [Epoch] = []
    private var born: [ClusterID: (version: Epoch, parent: ClusterID)] = [:]

    public init() {}

    /// Adds the lifecycle changes of a model.
    public mutating func take(_ changes: [LifecycleChange]) {
        for change in changes {
            switch change.kind {
            case .created: born[change.cluster] = (change.version, change.origin == .split ? change.other : 0)
            case .merged:
                if isBack(change.cluster, into: change.other, change.version)
                    || isBack(change.other, into: change.cluster, change.version)
                {
                    mergedBack += 1
                }
                end(change)
            case .retired: end(change)
            case .split, .drifted: break
            }
        }
    }

    /// The number of clusters that have not ended.
    public var living: Int { born.count }

    private func isBack(_ child: ClusterID, into parent: ClusterID, _ version: Epoch) -> Bool {
        guard let birth = born[child], birth.parent != 0 else { return false }
        return birth.parent == parent && version - birth.version <= Self.trial
    }

    private mutating func end(_ change: LifecycleChange) {
        guard let birth = born.removeValue(forKey: change.cluster) else { return }
        lifetimes.append(change.version - birth.version)
    }
}
