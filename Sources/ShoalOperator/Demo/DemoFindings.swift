import ShoalSchemas

/// Finds the steps of the story in the published changes, and says how long after it each is seen.
struct DemoFindings {
    private var open: [DemoScenario.Step]
    private let scenario: DemoScenario

    init(_ scenario: DemoScenario) {
        self.scenario = scenario
        open = DemoScenario.story.filter { $0.sign != nil }
    }

    /// - Parameter topics: the last published topics of the change's cluster.
    /// - Returns: Such as `seen 2 h after it happened`; empty if the change shows no step, or one that was seen before.
    mutating func seen(_ change: ClusterChange, topics: [String]) -> String {
        guard !change.kind.isOfMember, let time = change.eventTime else { return "" }
        let known = Set(topics + change.leadingTopics + change.formerTopics)
        let place = open.firstIndex { step in
            guard let sign = step.sign, sign.kinds.contains(change.kind), scenario.time(of: step.epoch) < time else {
                return false
            }
            let theme = DemoScenario.themes[sign.theme]
            return theme.topics.count(where: known.contains) >= 3
        }
        guard let place else { return "" }
        let step = open.remove(at: place)
        return "seen \(Formatting.span(Double(time - scenario.time(of: step.epoch)) / 1_000)) after it happened"
    }
}
