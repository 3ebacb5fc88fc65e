import Testing

@testable import ShoalClustering

/// Running four initializations in parallel must give bit-identical results to running them sequentially, because
/// models depend on it.
@Suite("2-means")
struct TwoMeansTests {
    @Test("four parallel initializations are bit-identical to the best of four sequential ones", arguments: 1...40)
    func fourAtOnce(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        // From a handful of points to the size of a cluster's sample. A small number of topics yields equal points and
        // empty centroids.
        let (count, topics) = (4 + random.draw(300), 2 + random.draw(60))
        let points = random.points(count, topics: topics, most: 16)
        func state(_ start: Int) -> SplitMix64 { Draws.state(3, .split, cluster: seed, start: start) }
        let iterations = random.draw(14)
        var best: SphericalKMeans?
        for start in 0..<TwoMeans.starts {
            var draws = state(start)
            var means = SphericalKMeans(points, clusters: 2, tries: 4, draws: &draws)
            means.run(iterations: iterations)
            if means.objective > best?.objective ?? -1 { best = means }
        }
        let together = TwoMeans(points, iterations: iterations, draws: state)
        #expect(together.objective.bitPattern == best?.objective.bitPattern)
        #expect(together.assignment == best?.assignment)
        #expect(together.centroids.0.map(\.bitPattern) == best?.centroid(0).map(\.bitPattern))
        #expect(together.centroids.1.map(\.bitPattern) == best?.centroid(1).map(\.bitPattern))
    }
}

/// Processing eight columns or candidates at a time must give bit-identical results to processing them sequentially.
@Suite("Spherical k-means")
struct SphericalKMeansTests {
    @Test("vectorized columns and candidates are bit-identical to plain loops", arguments: 1...30)
    func plainLoops(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let (count, topics, clusters, tries) = (
            20 + random.draw(200), 3 + random.draw(40), 1 + random.draw(19), 1 + random.draw(11)
        )
        let points = random.points(count, topics: topics, most: 12)
        let weights = (0..<count).map { _ in Double(1 + random.draw(1_000)) / 7 }
        var (draws, plainDraws) = (SplitMix64(seed: seed), SplitMix64(seed: seed))
        let drawn = SphericalKMeans(points, clusters: clusters, tries: tries, draws: &draws)
        var plain = PlainKMeans(points, weights)
        plain.draw(clusters, tries, &plainDraws)
        #expect((0..<clusters).map(drawn.centroid) == plain.centroids)
        #expect(draws.next() == plainDraws.next())
        var means = SphericalKMeans(points, centroids: plain.centroids, weights: weights)
        means.run(iterations: 7)
        plain.run(7)
        #expect(means.objective.bitPattern == plain.objective.bitPattern)
        #expect(means.assignment == plain.assignment)
        #expect((0..<clusters).map(means.centroid) == plain.centroids)
    }
}

/// Random draws for the tests.
extension SplitMix64 {
    /// Returns a number in 0 ..< `most`.
    fileprivate mutating func draw(_ most: Int) -> Int { Int(next() % UInt64(most)) }

    /// Returns points of at most `most` topics each.
    fileprivate mutating func points(_ count: Int, topics: Int, most: Int) -> SparsePoints {
        let samples = (0..<count).map { _ in
            let chosen = Set((0..<1 + draw(min(topics, most))).map { _ in TopicNumber(draw(topics)) })
            return Sample(
                order: next(),
                direction: chosen.sorted().map { Component(topic: $0, value: UInt16(1 + draw(32_767))) })
        }
        return SparsePoints(samples, keeping: { _ in true })
    }
}

/// The same algorithm as plain sequential loops.
private struct PlainKMeans {
    private let points: SparsePoints
    private let weights: [Double]
    var centroids: [[Double]] = []
    var assignment: [Int] = []
    var objective = 0.0

    init(_ points: SparsePoints, _ weights: [Double]) {
        (self.points, self.weights) = (points, weights)
    }

    mutating func draw(_ clusters: Int, _ tries: Int, _ draws: inout SplitMix64) {
        centroids = [points.dense(min(Int(draws.uniform() * Double(points.count)), points.count - 1))]
        var similar = (0..<points.count).map { points.dot($0, centroids[0]) }
        while centroids.count < clusters {
            let total = similar.reduce(0) { $0 + max(1 - $1, 0) }
            var best: (sum: Double, vector: [Double], similar: [Double])?
            for _ in 0..<tries {
                var (left, picked) = (0.0, points.count - 1)
                let target = draws.uniform() * total
                for (point, value) in similar.enumerated() {
                    left += max(1 - value, 0)
                    guard left > target else { continue }
                    picked = point
                    break
                }
                let vector = points.dense(picked)
                let now = similar.indices.map { max(similar[$0], points.dot($0, vector)) }
                let sum = now.reduce(0, +)
                if sum > best?.sum ?? -1 { best = (sum, vector, now) }
            }
            guard let best else { return }
            centroids.append(best.vector)
            similar = best.similar
        }
    }

    mutating func run(_ iterations: Int) {
        var previous = -1.0
        for iteration in 0...iterations {
            assignment = []
            objective = 0
            var sums = centroids.map { $0.map { _ in 0.0 } }
            for point in 0..<points.count {
                let scores = centroids.map { points.dot(point, $0) }
                var best = 0
                for cluster in scores.indices where scores[cluster] > scores[best] { best = cluster }
                assignment.append(best)
                objective += scores[best] * weights[point]
                points.add(point, times: weights[point], to: &sums[best])
            }
            if iteration == iterations || objective - previous < 1e-5 * objective { return }
            previous = objective
            for (cluster, sum) in sums.enumerated() where assignment.contains(cluster) {
                centroids[cluster] = Dense.unit(sum) ?? centroids[cluster]
            }
        }
    }
}
