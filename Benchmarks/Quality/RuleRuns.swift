import ShoalScoring

/// The rules of other systems on the same directions: in every epoch, those of active viewers, once each.
struct RuleRuns {
    private var rules: [any StreamingRule]
    private var last: [[Int32]]
    private(set) var moves: [Int]
    private var agreements: [[Double]]
    private var objectives: [[Double]]
    /// The minimum size of the first batch, for the seeding.
    private let least: Int
    private var hasBegun = false

    /// - Parameter halfLife: The half-life of Spark's weights in epochs.
    init(count: Int, seed: UInt64, halfLife: Double, viewers: Int, least: Int) {
        rules = [
            DecayingRule.spark(count: count, decay: Self.decay(halfLife), seed: seed),
            DecayingRule.flink(count: count, decay: 0.9, seed: seed), MiniBatchRule(count: count, seed: seed),
        ]
        last = rules.map { _ in Array(repeating: -1, count: viewers) }
        moves = rules.map { _ in 0 }
        agreements = rules.map { _ in [] }
        objectives = rules.map { _ in [] }
        self.least = least
    }

    private static func decay(_ halfLife: Double) -> Double {
        // 2^(−1 / h) by Newton's iteration of x^h = ½, for a whole h.
        var x = 1.0
        for _ in 0..<60 {
            var power = 1.0
            for _ in 1..<Int(halfLife) { power *= x }
            x -= (power * x - 0.5) / (halfLife * power)
        }
        return x
    }

    /// Updates the rules with the active viewers of an epoch.
    mutating func fit(_ points: Points, _ viewers: [Int]) {
        guard hasBegun ? viewers.count >= 5 : viewers.count >= least else { return }
        hasBegun = true
        for index in rules.indices {
            rules[index].fit(points)
            let labels = rules[index].predict(points)
            for (place, viewer) in viewers.enumerated() {
                if last[index][viewer] >= 0, last[index][viewer] != labels[place] { moves[index] += 1 }
                last[index][viewer] = labels[place]
            }
        }
    }

    /// Scores all rules at the end of an epoch.
    /// - Parameter ceiling: `nil` if none was computed.
    mutating func score(_ view: EpochView, ceiling: Double?, hasTruth: Bool) {
        guard hasBegun else { return }
        let pure = view.pure
        for (index, rule) in rules.enumerated() {
            let labels = rule.predict(view.points)
            if hasTruth {
                let agreement = Agreement(pure.map { view.groups[$0] }, pure.map { labels[$0] })
                agreements[index].append(agreement.adjustedRand)
            }
            if let ceiling {
                let count = rule.centroids?.count ?? 1
                objectives[index].append(BatchKMeans.objective(view.points, labels, count: count) / ceiling)
            }
        }
    }

    /// - Parameter viewers: The number by which moves are divided.
    func report(to result: inout RunResult, viewers: Int) {
        guard hasBegun else { return }
        for (index, rule) in rules.enumerated() {
            for value in objectives[index] { result.append(value, to: .rule(rule.name, .objective)) }
            if let end = agreements[index].last {
                result[.rule(rule.name, .ari)] = end
                result[.rule(rule.name, .ariMean)] = Spread(agreements[index]).mean
            }
            result[.rule(rule.name, .moves)] = Double(moves[index]) / Double(max(viewers, 1))
        }
        guard let best = agreements.compactMap(\.last).max(), let ari = result[.ari] else { return }
        result[.ahead] = ari - best
        if let mean = result[.ariMean], let bestMean = agreements.map({ Spread($0).mean }).max() {
            result[.aheadMean] = mean - bestMean
        }
    }
}
