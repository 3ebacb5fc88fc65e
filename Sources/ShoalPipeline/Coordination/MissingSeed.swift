package import ShoalClustering
internal import ShoalSchemas

/// Explains why there are no clusters yet: which number of viewers is short, and what the choices are.
package struct MissingSeed {
    private let settings: Settings
    private let plan: SeedPlan

    package init(_ settings: Settings, _ rules: LifecycleRules) {
        self.settings = settings
        plan = SeedPlan(settings, rules)
    }

    /// The number of eligible viewers that the first clusters need.
    package var fewest: Int64 { plan.fewest }

    /// - Parameters:
    ///   - eligible: The number of eligible viewers.
    ///   - epochs: The number of epochs in which they came; nil: more are not expected.
    package func reason(eligible: Int64, epochs: Int64? = nil) -> String {
        let viewers = Formatting.atLeast(eligible, step: settings.minClusterSize) + " viewers"
        let events = "\(settings.minEvents) events and a topic (members.min-events)"
        guard eligible >= fewest else {
            return
                "\(viewers) have \(events), of the \(Formatting.number(fewest)) that \(need). The choices are more "
                + "viewers, \(choice), or fewer events of each (members.min-events)"
                + (epochs.map { estimate(eligible, $0) } ?? "")
        }
        return
            "\(viewers) have \(events): enough for the first clusters, which wait for an epoch in which others come"
    }

    /// When there will be enough viewers if they go on coming as until now. Like what is told of their number, it depends
    /// only on that number rounded down.
    private func estimate(_ eligible: Int64, _ epochs: Int64) -> String {
        let told = eligible - eligible % settings.minClusterSize
        guard told > 0, epochs > 0 else { return "" }
        let left = Double(fewest - told) * Double(epochs) / Double(told)
        let span = Formatting.span(left.rounded(.up) * Double(settings.fixed.epochLength) / 1_000)
        return ". If they go on coming as until now, there are enough after about \(span) of event time"
    }

    /// What needs so many viewers.
    private var need: String {
        switch limit {
        case .given: "the first clusters need (clusters.seed-members)"
        case .published: "two published clusters need (privacy.min-cluster-size \(settings.minClusterSize))"
        case .members:
            "\(settings.clustersCount ?? 2) clusters need (clusters.min-members \(settings.clustersMinMembers))"
        }
    }

    /// What can be done about it besides.
    private var choice: String {
        switch limit {
        case .given: "clusters.seed-members=auto"
        case .published: "a lower privacy.min-cluster-size, as far as your privacy rules allow"
        case .members: "a lower clusters.min-members"
        }
    }

    /// The setting that gives the number.
    private enum Limit {
        case given
        case published
        case members
    }

    private var limit: Limit {
        guard plan.isAutomatic else { return .given }
        return fewest == 2 * settings.minClusterSize ? .published : .members
    }
}
