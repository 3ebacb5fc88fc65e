/// The result of 2-means on a cluster's sample, with the tests for a split.
struct Halves {
    /// The gain of a split in summed similarity of the sample: R_a + R_b − R.
    var gain: Double
    /// ρ of the two halves, see `ratio`.
    var ratio: Double
    /// Ashman's D (Ashman, Bird and Zepf, 1994) of the members projected on the line through both centroids. The
    /// distribution is bimodal from 2 on.
    var separation: Double
    /// The number of samples on each side.
    var counts: (Int, Int)
    /// Unit vectors over the topics of the points.
    var centroids: ([Double], [Double])
    /// The side of each point: 0 or 1.
    var sides: [Int]

    static let starts = TwoMeans.starts
    static let iterations = 12

    /// Whether the halves are far enough apart and the distribution is bimodal.
    func isTwo(_ rules: LifecycleRules) -> Bool {
        ratio >= rules.split && separation >= Lifecycle.Rules.separation
    }

    /// The smaller side's share of the sample.
    var smallerShare: Double { Double(min(counts.0, counts.1)) / Double(max(counts.0 + counts.1, 1)) }

    /// Returns `nil` if one side would have fewer than two samples.
    init?(_ points: SparsePoints, draws: (_ start: Int) -> SplitMix64) {
        guard points.count >= 4 else { return nil }
        let best = TwoMeans(points, iterations: Self.iterations, draws: draws)
        let second = best.assignment.reduce(0, +)
        counts = (points.count - second, second)
        sides = best.assignment
        guard counts.0 >= 2, counts.1 >= 2 else { return nil }
        var sums = [[Double]](repeating: [Double](repeating: 0, count: points.width), count: 3)
        for point in 0..<points.count {
            points.add(point, to: &sums[best.assignment[point]])
            points.add(point, to: &sums[2])
        }
        let norms = sums.map(Dense.norm)
        gain = best.objective - norms[2]
        let (first, other) = (Double(counts.0), Double(counts.1))
        ratio = Self.ratio(gain: gain, first, other, first - norms[0], other - norms[1])
        centroids = best.centroids
        separation = Self.separation(points, best.assignment, centroids)
    }

    /// Returns ρ = δ / (δ + 4 ω) with δ = G (n_a + n_b) / (n_a n_b) and ω = (D_a/n_a + D_b/n_b) / 2: the between-group
    /// share of the dispersion, independent of the group sizes.
    static func ratio(gain: Double, _ first: Double, _ second: Double, _ d1: Double, _ d2: Double) -> Double {
        let between = max(gain, 0) * (first + second) / max(first * second, 1e-9)
        let within = (d1 / max(first, 1e-9) + d2 / max(second, 1e-9)) / 2
        return between / max(between + 4 * within, 1e-9)
    }

    /// Returns D = (μ_b − μ_a) / (σ_a + σ_b).
    private static func separation(
        _ points: SparsePoints, _ assignment: [Int], _ centroids: ([Double], [Double])
    ) -> Double {
        let line = zip(centroids.1, centroids.0).map { $0 - $1 }
        let length = max(Dense.norm(line), 1e-9)
        let unit = line.map { $0 / length }
        let places = (0..<points.count).map { points.dot($0, unit) }
        func statistics(_ side: Int) -> (mean: Double, deviation: Double) {
            var (sum, count) = (0.0, 0.0)
            for (point, place) in places.enumerated() where assignment[point] == side {
                sum += place
                count += 1
            }
            let mean = sum / max(count, 1)
            var squares = 0.0
            for (point, place) in places.enumerated() where assignment[point] == side {
                squares += (place - mean) * (place - mean)
            }
            return (mean, (squares / max(count, 1)).squareRoot())
        }
        let (first, second) = (statistics(0), statistics(1))
        return (second.mean - first.mean) / max(first.deviation + second.deviation, 1e-9)
    }
}
