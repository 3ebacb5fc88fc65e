import Testing

@testable import ShoalClustering

@Suite("Rules of the lifecycle")
struct LifecycleRulesTests {
    @Test("products of sums are those of merging sorted lists, bit by bit")
    func products() {
        var draws = SplitMix64(seed: 5)
        for count in [1, 7, 33, 70] {
            let sums = (0..<count).map { _ in
                (0..<300).filter { _ in draws.uniform() < 0.3 }.map { topic in
                    SumEntry(topic: TopicNumber(topic), value: Int64(draws.uniform() * 1e12) + 1)
                }
            }
            let products = SumProducts(sums)
            for first in 0..<count {
                for second in first + 1..<count {
                    var expected = 0.0
                    sums[first].forEachCommon(with: sums[second]) { expected += Double($0.value) * Double($1.value) }
                    #expect(products[first, second] == expected)
                }
            }
        }
    }

    /// Pairs of clusters with these ρ.
    private func limit(_ ratios: [(ClusterID, ClusterID, Double)]) -> Double {
        let model = Model(settings: Settings())
        let lifecycle = Lifecycle(model, samples: SamplePool([], model, version: 1), version: 1)
        return lifecycle.mergeLimit(
            ratios.map { Lifecycle.Pair(loss: 1, ratio: $0.2, first: $0.0, second: $0.1) })
    }

    @Test("pairs are merged by an absolute limit, below it by what is typical, and always if they are alike")
    func merging() {
        let rules = LifecycleRules.current
        // All far apart.
        #expect(limit([(1, 2, 0.5), (1, 3, 0.6), (2, 3, 0.7)]) == rules.merge)
        // All close: no chain of merges.
        #expect(limit([(1, 2, 0.15), (1, 3, 0.15), (2, 3, 0.15)]) == 0.15 * rules.mergeShare)
        #expect(limit([(1, 2, 0.08), (1, 3, 0.08), (2, 3, 0.08)]) == rules.mergeFloor)
        // Without pairs there is nothing to compare.
        #expect(limit([]) == rules.merge)
    }

    @Test("an application cannot continue with other rules")
    func versions() {
        #expect(LifecycleRules(version: LifecycleRules.current.version) == .current)
        #expect(LifecycleRules(version: LifecycleRules.previous.version) == nil)
    }
}
