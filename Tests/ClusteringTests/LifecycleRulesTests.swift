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

    @Test("an application continues with the rules of this release and of the previous one, and with no others")
    func versions() {
        let (previous, current) = (LifecycleRules.previous, LifecycleRules.current)
        #expect(LifecycleRules(version: current.version) == current)
        #expect(LifecycleRules(version: previous.version) == previous)
        #expect(previous.version == current.version - 1)
        #expect(LifecycleRules(version: previous.version - 1) == nil)
        #expect(LifecycleRules(version: current.version + 1) == nil)
    }

    /// Rules 8 as that release had them.
    @Test("the previous release's rules keep their values")
    func previous() {
        let rules = LifecycleRules.previous
        #expect((rules.version, rules.split, rules.merge, rules.swapSplit) == (8, 0.19, 0.16, 0.19))
        #expect((rules.seedWait, rules.seedsByMinimum, rules.refine) == (3, true, 0.002))
        #expect((rules.firstWait, rules.fullSeed) == (1, 2_000))
        #expect(rules.erasedTogether == 8 && rules.erasureWait == 604_800_000)
        #expect(!rules.neutralizes && !rules.recordsLineage)
        #expect((rules.mergeShare, rules.mergeQuantile, rules.mergeFloor) == (0.5, 0.75, 0.05))
        #expect((rules.hysteresis, rules.far, rules.joins, rules.leaves) == (40, 0, 500, 400))
        #expect(rules.returningDivisor == 7)
    }

    @Test("an application keeps its rules until settings.revision is raised")
    func revision() throws {
        var settings = Settings()
        settings.revision = 3
        var model = Model.genesis(settings: settings, topics: [])
        model.rules = .previous
        /// Publishes the model of an epoch.
        func publish(_ epoch: Epoch, hasDelta: Bool = true) throws -> Coordinator.Publication {
            var state = PartitionState()
            state.first = 1
            var coordinator = Coordinator(
                model: model,
                bookkeeping: Bookkeeping(
                    from: nil, through: epoch - 1, start: 0, partitions: [state], deltaOffset: 0, oldestOffset: 0))
            let delta = EpochDelta(partition: 0, number: 1, from: hasDelta ? epoch : epoch + 1, through: epoch + 1)
            try coordinator.fold(.epochDelta(delta), firstOffset: 0, offset: 0)
            let clock = Coordinator.Clock(now: .max, isIdle: { _ in true })
            return try #require(try coordinator.publish(clock, settings: settings, unread: nil))
        }
        #expect(try publish(1).model.rules == .previous)
        settings.revision = 2
        #expect(try publish(1).model.rules == .previous)
        settings.revision = 4
        // A model without deltas has the content of the one before.
        #expect(try publish(1, hasDelta: false).model.rules == .previous)
        model = try publish(1).model
        #expect(model.rules == .current && model.settings.revision == 4)
        settings.revision = 5
        #expect(try publish(2).model.rules == .current)
    }

    @Test("a repeated run has the rules of its models, also if a release without newer rules raised the revision")
    func repeated() throws {
        var state = PartitionState()
        state.first = 1
        var model = Model.genesis(settings: Settings(), topics: [])
        model.rules = .previous
        var coordinator = Coordinator(
            model: model,
            bookkeeping: Bookkeeping(
                from: nil, through: 0, start: 0, partitions: [state], deltaOffset: 0, oldestOffset: 0))
        for number in [Int64(1), 2] {
            let delta = EpochDelta(partition: 0, number: number, from: number, through: number)
            try coordinator.fold(.epochDelta(delta), firstOffset: number, offset: number)
        }
        var settings = Settings()
        for (rules, epoch) in [(LifecycleRules.previous, Epoch(1)), (.current, 2)] {
            settings.revision = epoch
            let recorded = IncludedDeltas(from: epoch, through: epoch, counts: [epoch])
            let next = try coordinator.publish(recorded: recorded, settings: settings, rules: rules, unread: nil)
            #expect(next?.model.rules == rules)
        }
    }
}
