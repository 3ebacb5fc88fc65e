package import ShoalClustering
package import ShoalSchemas

extension MemberChange {
    /// The published kind.
    package var kind: ClusterChange.Kind {
        if reason == .erased { return .memberErased }
        if from == 0 { return .memberJoined }
        return to == 0 ? .memberLeft : .memberMoved
    }
}

extension LifecycleChange.Kind {
    /// The published kind.
    package var published: ClusterChange.Kind {
        switch self {
        case .created: .clusterCreated
        case .split: .clusterSplit
        case .merged: .clusterMerged
        case .retired: .clusterRetired
        case .drifted: .clusterDrifted
        }
    }
}

extension LifecycleChange.Kind {
    /// The state of a published cluster of which this is the last change; nil if it has ended.
    var state: ClusterDescription.State? {
        switch self {
        case .created: .created
        case .split: .split
        case .drifted: .drifted
        case .merged, .retired: nil
        }
    }
}
