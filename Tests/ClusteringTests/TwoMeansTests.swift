import Testing

@testable import Clustering

/// Four beginnings at once are as good as one after the other, to the last bit: models depend on it.
@Suite("2-means")
struct TwoMeansTests {
    @Test("four beginnings at once give the bits of the best of four one by one", arguments: 1...40)
    func fourAtOnce(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        func draw(_ most: Int) -> Int { Int(random.next() % UInt64(most)) }
        // From a handful of points to a cluster's sample; few topics make equal points and centroids without any.
        let (count, topics) = (4 + draw(300), 2 + draw(60))
        let samples = (0..<count).map { _ in
            let chosen = Set((0..<1 + draw(min(topics, 16))).map { _ in TopicNumber(draw(topics)) })
            return Sample(
                order: random.next(),
                direction: chosen.sorted().map { Component(topic: $0, value: UInt16(1 + draw(32_767))) })
        }
        let points = SparsePoints(samples, keeping: { _ in true })
        func state(_ start: Int) -> SplitMix64 { Draws.state(3, .split, cluster: seed, start: start) }
        let iterations = draw(14)
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
