import ShoalGenerator
import ShoalPipeline
import ShoalSchemas

/// The results of the demo compared with the generator's ground truth.
struct DemoSummary {
    let state: DemoState
    let isInterrupted: Bool
    let events: Int64
    let repetitions: Int64
    /// The number of tastes with viewers at the end, the number of members with one taste, and the number of those in
    /// the cluster that has most members of their taste.
    let tastes: Int
    let pure: Int
    let together: Int
    /// The number of those in a cluster in which their taste is the most frequent.
    let amongTheirLike: Int

    init(
        _ state: DemoState, truth: WatchStream, scenario: DemoScenario, key: PrivacyKey,
        published: DemoPublisher.Progress.State, isInterrupted: Bool
    ) {
        self.state = state
        self.isInterrupted = isInterrupted
        events = published.events
        repetitions = published.events - published.different
        var counts: [Pair: Int] = [:]
        var followed: Set<Int> = []
        for viewer in 0..<truth.viewers {
            let taste = truth.taste(of: viewer)
            if !taste.isSilent { followed.insert(taste.archetype) }
            let name = GeneratedEvent.name(ofViewer: viewer)
            guard taste.second == nil, let home = state.table.homes[key.publishedPseudonym(of: name.utf8)] else {
                continue
            }
            counts[Pair(taste: taste.archetype, cluster: home), default: 0] += 1
        }
        tastes = followed.count
        pure = counts.values.reduce(0, +)
        together = Self.most(counts, by: \.taste)
        amongTheirLike = Self.most(counts, by: \.cluster)
    }

    private struct Pair: Hashable {
        var taste: Int
        var cluster: UInt32
    }

    /// The sum of the largest count of each key.
    private static func most<Key: Hashable>(_ counts: [Pair: Int], by key: KeyPath<Pair, Key>) -> Int {
        var largest: [Key: Int] = [:]
        for (pair, count) in counts { largest[pair[keyPath: key]] = max(largest[pair[keyPath: key]] ?? 0, count) }
        return largest.values.reduce(0, +)
    }
}
