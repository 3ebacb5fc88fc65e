import Foundation
import ShoalClustering
import ShoalScoring

/// Small random input with the results of our code, for a comparison with other code.
struct Check: Encodable {
    /// Rows of a dense matrix.
    typealias Matrix = [[Float]]

    struct Rule: Encodable {
        let name: String
        let centroids: Matrix
        let labels: [Int32]
    }

    struct Case: Encodable {
        let seed: UInt64
        let points: Matrix
        let truth: [Int32]
        let start: Matrix
        let labels: [Int32]
        let objective: Double
        let best: Double
        let batches: [Matrix]
        let rules: [Rule]
        let adjustedRand: Double
        let adjustedMutualInformation: Double
        /// The separation of the first and the second group.
        let separation: Double
        let match: Int32
        let f1: Double
        /// The decay of Spark's and Flink's weights.
        let decay: Double
    }

    let cases: [Case]

    init() {
        cases = (1...5).map { Self.makeCase(seed: $0) }
    }

    private static let (clusters, dimension) = (8, 24)

    private static func makeCase(seed: UInt64) -> Case {
        var draws = SplitMix64(seed: seed)
        let (points, truth) = sample(600, &draws)
        let start = BatchKMeans.plusPlus(points, count: clusters, &draws)
        let means = BatchKMeans.lloyd(points, from: start)
        let batches = (0..<6).map { _ in sample(200, &draws).points }
        let decay = 0.85
        let rules: [any StreamingRule] = [
            DecayingRule.spark(count: clusters, decay: decay, seed: seed, start: start),
            DecayingRule.flink(count: clusters, decay: decay, seed: seed, start: start),
            MiniBatchRule(count: clusters, seed: seed, start: start),
        ]
        let agreement = Agreement(truth, means.labels)
        let pair = truth.indices.filter { truth[$0] < 2 }
        let match = Groups.match(means.labels.map { $0 + 1 }, truth.map { $0 == 0 })
        return Case(
            seed: seed, points: rows(points), truth: truth, start: rows(start), labels: means.labels,
            objective: means.objective, best: BatchKMeans.best(points, count: clusters, seed: seed).objective,
            batches: batches.map { rows($0) },
            rules: rules.map { rule in
                var rule = rule
                for batch in batches { rule.fit(batch) }
                return Rule(
                    name: rule.name, centroids: rule.centroids.map { rows($0) } ?? [], labels: rule.predict(points))
            },
            adjustedRand: agreement.adjustedRand, adjustedMutualInformation: agreement.adjustedMutualInformation,
            separation: Groups.separation(points.selecting(pair), pair.map { truth[$0] == 0 }),
            match: match.cluster, f1: match.f1, decay: decay)
    }

    /// Returns overlapping groups: three of eight topics are the group's own, the others are random.
    private static func sample(_ count: Int, _ draws: inout SplitMix64) -> (points: Points, truth: [Int32]) {
        var points = Points(dimension: dimension)
        var truth: [Int32] = []
        for _ in 0..<count {
            let group = Int(draws.uniform() * Double(clusters))
            var weights: [Int: Double] = [:]
            for own in 0..<3 { weights[group * 3 + own] = 0.3 + draws.uniform() }
            for _ in 0..<5 { weights[Int(draws.uniform() * Double(dimension))] = 0.2 + draws.uniform() }
            points.append(weights.sorted { $0.key < $1.key }.map { (topic: $0.key, value: $0.value) })
            truth.append(Int32(group))
        }
        return (points, truth)
    }

    private static func rows(_ points: Points) -> Matrix {
        (0..<points.count).map { point in
            var row = [Float](repeating: 0, count: points.dimension)
            for entry in points.entries(point) { row[entry.topic] = entry.value }
            return row
        }
    }

    private static func rows(_ centroids: Centroids) -> Matrix {
        (0..<centroids.count).map { cluster in (0..<centroids.dimension).map { centroids[cluster, $0] } }
    }

    func write(to path: String) throws {
        try JSONEncoder().encode(self).write(to: URL(fileURLWithPath: path))
    }
}
