import ShoalClustering
import ShoalScoring
import Testing

/// Returns points around groups of three topics each. Groups share no topics.
func groupedPoints(groups: Int, each: Int, seed: UInt64) -> (points: Points, truth: [Int32]) {
    var draws = SplitMix64(seed: seed)
    var points = Points(dimension: groups * 3)
    var truth: [Int32] = []
    for _ in 0..<each {
        for group in 0..<groups {
            let other = Int(draws.uniform() * Double(groups * 3))
            let own = (0..<3).map { (topic: group * 3 + $0, value: 0.5 + draws.uniform()) }
            points.append(own.filter { $0.topic != other } + [(topic: other, value: 0.3)])
            truth.append(Int32(group))
        }
    }
    return (points, truth)
}

@Suite("Batch spherical k-means")
struct KMeansTests {
    @Test("groups that are far apart are found", arguments: [1, 2, 3] as [UInt64])
    func found(seed: UInt64) {
        let (points, truth) = groupedPoints(groups: 20, each: 30, seed: seed)
        let best = BatchKMeans.best(points, count: 20, seed: seed)
        #expect(Agreement(best.labels, truth).adjustedRand > 0.99)
        #expect(abs(best.objective - BatchKMeans.objective(points, best.labels, count: 20)) < 1e-9)
    }

    @Test("the silhouette is best for the true number of groups, and falls with too few clusters")
    func silhouette() throws {
        let (points, _) = groupedPoints(groups: 12, each: 40, seed: 4)
        let best = try #require(Silhouette.best(points, seed: 1))
        #expect(best.clusters == 12 && best.silhouette > 0.5)
        let few = BatchKMeans.best(points, count: 4, seed: 1)
        #expect(Silhouette.mean(points, few.centroids) < best.silhouette - 0.2)
        #expect(Silhouette.mean(points, BatchKMeans.best(points, count: 1, seed: 1).centroids) == 0)
    }

    @Test("the objective is the mean cosine to the assigned centroid")
    func objective() {
        var points = Points(dimension: 2)
        points.append([(0, 1)])
        points.append([(1, 1)])
        points.append([(1, 3)])
        #expect(abs(BatchKMeans.objective(points, [0, 0, 0], count: 1) - 5.0.squareRoot() / 3) < 1e-7)
        #expect(abs(BatchKMeans.objective(points, [0, 1, 1], count: 2) - 1) < 1e-7)
    }

    @Test("the nearest is the first of equals, also beyond a SIMD vector and with negative scores")
    func nearest() {
        var rows = Points(dimension: 40)
        for topic in 0..<40 { rows.append([(topic, 1)]) }
        let centroids = Centroids(rows)
        var points = Points(dimension: 40)
        points.append([(39, 1), (17, 1)])
        points.append([(39, 2), (17, 1)])
        points.append([(16, 1)])
        #expect(centroids.nearestByCosine(points).labels == [17, 39, 16])
        // All at the same negative score: x · c is 0, the bias −½.
        var alien = Points(dimension: 40)
        alien.append([] as [Component])
        #expect(centroids.nearestByDistance(alien).labels == [0])
    }

    @Test("distance prefers the nearer of two on one ray, and cosine does not distinguish them")
    func distance() {
        var centroids = Centroids(count: 2, dimension: 2)
        centroids[0, 0] = 3
        centroids[1, 0] = 0.5
        var points = Points(dimension: 2)
        points.append([(0, 1)])
        #expect(centroids.nearestByDistance(points).labels == [1])
    }

    @Test("identical points and fewer points than clusters terminate")
    func degenerate() {
        var points = Points(dimension: 3)
        for _ in 0..<5 { points.append([(1, 1)]) }
        let best = BatchKMeans.best(points, count: 8, seed: 1)
        #expect(abs(best.objective - 1) < 1e-6)
        #expect(BatchKMeans.best(Points(dimension: 3), count: 2, seed: 1).objective == 0)
    }

    @Test("the ceiling is at least as good as each of its runs", arguments: [5, 12, 15])
    func ceiling(count: Int) {
        let (points, truth) = groupedPoints(groups: 12, each: 20, seed: 9)
        var draws = SplitMix64(seed: 4)
        let online = BatchKMeans.plusPlus(points, count: count, &draws)
        let ceiling = Ceiling(points, online: online, truth: truth, others: [truth.map { $0 % Int32(count) }], seed: 1)
        #expect(ceiling.objective >= ceiling.startsObjective)
        #expect(ceiling.objective >= BatchKMeans.lloyd(points, from: online).objective)
        if count == 12 { #expect(ceiling.objective >= BatchKMeans.objective(points, truth, count: 12)) }
    }
}
