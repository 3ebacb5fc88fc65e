internal import Dispatch
public import ShoalClustering
internal import Synchronization

/// Batch spherical k-means: greedy k-means++ (Arthur and Vassilvitskii, 2007) and Lloyd's iteration. Independent of the
/// engine's own k-means, which it judges.
public enum BatchKMeans {
    /// A partition and its objective.
    public struct Result: Sendable {
        public var centroids: Centroids
        public var labels: [Int32]
        /// The mean cosine of the points to the centroid of their cluster, which is the normalised sum of its points.
        public var objective: Double
    }

    /// Seeds by greedy k-means++: each centroid is the best of 2 + ⌊ln count⌋ candidates, drawn by 1 − cosine to the
    /// nearest centroid so far.
    /// - Parameter start: Centroids to begin with.
    /// - Returns: The centroids. Without points they have length 0.
    public static func plusPlus(
        _ points: Points, count: Int, extending start: Centroids? = nil, _ draws: inout SplitMix64
    ) -> Centroids {
        var centroids = Centroids(count: count, dimension: points.dimension)
        let given = min(start?.count ?? 0, count)
        var similar = [Float](repeating: -.infinity, count: points.count)
        if let start, given > 0 {
            for cluster in 0..<given {
                for topic in 0..<points.dimension { centroids[cluster, topic] = start[cluster, topic] }
            }
            similar = start.nearestByCosine(points).similarities
        }
        guard points.count > 0 else { return centroids }
        let tries = 2 + candidates(count)
        for cluster in given..<max(count, given) {
            var total = 0.0
            for value in similar { total += Double(max(1 - value, 0)) }
            let picked =
                cluster == 0 || !(total > 0)
                ? [min(Int(draws.uniform() * Double(points.count)), points.count - 1)]
                : (0..<tries).map { _ in pick(similar, at: draws.uniform() * total) }
            // All candidates are evaluated at once as the clusters of a small matrix.
            let matrix = Centroids(points.selecting(picked))
            var sums = [Double](repeating: 0, count: picked.count)
            for point in 0..<points.count {
                let scores = matrix.scores(points, point, 0)
                for index in picked.indices { sums[index] += Double(max(scores[index], similar[point])) }
            }
            var best = 0
            for index in picked.indices where sums[index] > sums[best] { best = index }
            for point in 0..<points.count {
                similar[point] = max(similar[point], matrix.scores(points, point, 0)[best])
            }
            for entry in points.entries(picked[best]) { centroids[cluster, entry.topic] = entry.value }
        }
        return centroids
    }

    /// ⌊ln count⌋, at most 13, so that candidates fit into one SIMD vector.
    private static func candidates(_ count: Int) -> Int {
        var (steps, power) = (0, 2.718281828459045)
        while power <= Double(count), steps < 13 {
            steps += 1
            power *= 2.718281828459045
        }
        return steps
    }

    /// The first point at which the running sum of 1 − similarity exceeds `target`.
    private static func pick(_ similar: [Float], at target: Double) -> Int {
        var sum = 0.0
        for (point, value) in similar.enumerated() {
            sum += Double(max(1 - value, 0))
            if sum > target { return point }
        }
        return similar.count - 1
    }

    /// Moves centroids to the normalised sums of their points until the relative gain of the objective is at most
    /// `tolerance`. A cluster without points keeps its centroid.
    public static func lloyd(
        _ points: Points, from start: Centroids, most iterations: Int = 300, tolerance: Double = 0
    ) -> Result {
        var centroids = start
        var previous = -1.0
        var labels: [Int32] = []
        for _ in 0..<max(iterations, 1) {
            labels = centroids.nearestByCosine(points).labels
            let sums = Sums(points, labels, count: start.count)
            centroids = sums.centroids(before: centroids)
            let objective = sums.norms.reduce(0, +) / Double(max(points.count, 1))
            let isDone = objective - previous <= tolerance * objective
            previous = objective
            if isDone { break }
        }
        return Result(centroids: centroids, labels: labels, objective: previous)
    }

    /// Returns the best of several starts, each run to convergence. Ties go to the earlier start. Runs on all cores;
    /// the result does not depend on their number.
    public static func best(_ points: Points, count: Int, starts: Int = 10, seed: UInt64) -> Result {
        let results = Mutex([Result?](repeating: nil, count: starts))
        DispatchQueue.concurrentPerform(iterations: starts) { start in
            var draws = SplitMix64(seed: seed)
            draws.absorb(UInt64(start))
            let result = lloyd(points, from: plusPlus(points, count: count, &draws), most: 100, tolerance: 1e-5)
            results.withLock { $0[start] = result }
        }
        var best: Result?
        for case let result? in results.withLock(\.self) where result.objective > best?.objective ?? -1 {
            best = result
        }
        guard let best else { return lloyd(points, from: Centroids(count: count, dimension: points.dimension)) }
        return lloyd(points, from: best.centroids)
    }

    /// Returns the objective of a partition: Σ ‖S‖ / n.
    public static func objective(_ points: Points, _ labels: [Int32], count: Int) -> Double {
        Sums(points, labels, count: count).norms.reduce(0, +) / Double(max(points.count, 1))
    }
}
