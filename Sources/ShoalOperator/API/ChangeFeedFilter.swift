import ShoalClustering
import ShoalReplay
import ShoalSchemas

/// Which changes and models a reader asks for.
struct ChangeFeedFilter: Hashable, Sendable {
    /// The kinds of events: those of changes, and `model`.
    static let kinds = ClusterChange.Kind.allCases.filter { !$0.isOfMember }.map(\.name) + [model]
    static let model = "model"

    /// nil: all.
    var kinds: Set<String>?
    /// nil: changes of all clusters.
    var cluster: Int64?

    func takes(_ change: ReplayReport.Lifecycle) -> Bool {
        guard kinds?.contains(change.kind) ?? true else { return false }
        return cluster.map { $0 == Int64(change.cluster) || change.other != 0 && $0 == Int64(change.other) } ?? true
    }

    var takesModels: Bool { kinds?.contains(Self.model) ?? true }
}
