/// Spherical k-means over a sample: greedy k-means++ (Arthur and Vassilvitskii, 2007) and Lloyd, the best of ten starts.
/// Doubles, sequentially in sample order: + − × ÷ √ only.
enum Seeding {
    static let starts = 10
    static let iterations = 20

    /// Centroids in Q15, zeros left out; at most `count`, and no more than there are different directions.
    static func centroids(of points: SparsePoints, count: Int, version: Epoch) -> [[Component]] {
        let clusters = min(count, points.different(most: count))
        guard clusters > 0 else { return [] }
        var best: (objective: Double, centroids: [Double])?
        for start in 0..<starts {
            var draws = SplitMix64(seed: UInt64(bitPattern: version))
            for value in [1, 0, UInt64(start)] { draws.absorb(value) }
            var centroids = plusPlus(points, clusters, &draws)
            let objective = lloyd(points, clusters, &centroids)
            if objective > best?.objective ?? -1 { best = (objective, centroids) }
        }
        guard let best else { return [] }
        return (0..<clusters).map { cluster in
            (0..<points.topics).compactMap { topic in
                let value = (best.centroids[topic * clusters + cluster] * 32_768 + 0.5).rounded(.down)
                return value >= 1 ? Component(topic: TopicNumber(topic), value: UInt16(min(value, 32_767))) : nil
            }
        }
    }

    /// How many candidates a greedy step compares: 2 + ln K, without libm.
    static func candidates(_ clusters: Int) -> Int {
        2 + [3, 8, 21, 55, 149, 404, 1_097].count { $0 <= clusters }
    }

    private static func plusPlus(_ points: SparsePoints, _ clusters: Int, _ draws: inout SplitMix64) -> [Double] {
        var centroids = [Double](repeating: 0, count: points.topics * clusters)
        var similar = [Double](repeating: 0, count: points.count)
        func put(_ point: Int, _ cluster: Int) {
            for (topic, value) in points.dense(point).enumerated() { centroids[topic * clusters + cluster] = value }
        }
        let first = min(Int(draws.uniform() * Double(points.count)), points.count - 1)
        put(first, 0)
        let dense = points.dense(first)
        for point in 0..<points.count { similar[point] = points.dot(point, dense) }
        let tries = candidates(clusters)
        for cluster in 1..<max(clusters, 1) {
            var total = 0.0
            for point in 0..<points.count { total += max(1 - similar[point], 0) }
            var best: (sum: Double, point: Int, similar: [Double])?
            for _ in 0..<tries {
                let point = pick(similar, at: draws.uniform() * total)
                let dense = points.dense(point)
                var sum = 0.0
                var now = similar
                for other in 0..<points.count {
                    now[other] = max(similar[other], points.dot(other, dense))
                    sum += now[other]
                }
                if sum > best?.sum ?? -1 { best = (sum, point, now) }
            }
            guard let best else { break }
            put(best.point, cluster)
            similar = best.similar
        }
        return centroids
    }

    /// The first point at which the running sum of distances exceeds `target`.
    private static func pick(_ similar: [Double], at target: Double) -> Int {
        var sum = 0.0
        for (point, value) in similar.enumerated() {
            sum += max(1 - value, 0)
            if sum > target { return point }
        }
        return similar.count - 1
    }

    /// Moves centroids to the normalised sums of their points until that gains no more.
    /// - Returns: the mean similarity.
    static func lloyd(_ points: SparsePoints, _ clusters: Int, _ centroids: inout [Double]) -> Double {
        var scores = [Double](repeating: 0, count: clusters)
        var previous = -1.0
        var objective = 0.0
        for _ in 0...iterations {
            var sums = [Double](repeating: 0, count: centroids.count)
            var counts = [Int](repeating: 0, count: clusters)
            objective = 0
            for point in 0..<points.count {
                points.score(point, centroids, clusters, into: &scores)
                var best = 0
                for cluster in 1..<max(clusters, 1) where scores[cluster] > scores[best] { best = cluster }
                objective += scores[best]
                counts[best] += 1
                for place in points.starts[point]..<points.starts[point + 1] {
                    sums[points.index[place] * clusters + best] += points.value[place]
                }
            }
            objective /= Double(points.count)
            if objective - previous < 1e-5 * objective { break }
            previous = objective
            for cluster in 0..<clusters where counts[cluster] > 0 {
                var square = 0.0
                for topic in 0..<points.topics {
                    square += sums[topic * clusters + cluster] * sums[topic * clusters + cluster]
                }
                let norm = square.squareRoot()
                guard norm > 0 else { continue }
                for topic in 0..<points.topics {
                    centroids[topic * clusters + cluster] = sums[topic * clusters + cluster] / norm
                }
            }
        }
        return objective
    }
}
