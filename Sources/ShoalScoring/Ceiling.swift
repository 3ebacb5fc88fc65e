internal import ShoalClustering

/// The best objective that several batch runs reach on the same directions with the same number of clusters.
public struct Ceiling: Sendable {
    /// The run that gave the best objective.
    public enum Source: String, CaseIterable, Sendable {
        case starts
        case online
        case truth
        case scikitLearn = "scikit-learn"
    }

    public var objective = -1.0
    public var source = Source.starts
    /// The objective and labels of the best of the ten random starts alone.
    public var startsObjective = -1.0
    public var startsLabels: [Int32] = []
    /// The objective after running to convergence from the centroids under evaluation.
    public var onlineObjective = -1.0

    /// - Parameters:
    ///   - online: The centroids under evaluation. Their number is the number of clusters.
    ///   - truth: The true group of each point; negative for none.
    ///   - others: Partitions found by other programs.
    public init(
        _ points: Points, online: Centroids, truth: [Int32]?, others: [[Int32]] = [], seed: UInt64
    ) {
        let count = online.count
        let starts = BatchKMeans.best(points, count: count, seed: seed)
        (startsObjective, startsLabels) = (starts.objective, starts.labels)
        take(starts.objective, .starts)
        onlineObjective = BatchKMeans.lloyd(points, from: online).objective
        take(onlineObjective, .online)
        if let truth {
            var draws = SplitMix64(seed: seed)
            draws.absorb(1_000)
            let start = Self.centroids(of: truth, points, count: count, &draws)
            take(BatchKMeans.lloyd(points, from: start).objective, .truth)
        }
        for labels in others {
            let start = Sums(points, labels, count: count)
                .centroids(before: Centroids(count: count, dimension: points.dimension))
            take(BatchKMeans.lloyd(points, from: start).objective, .scikitLearn)
        }
    }

    private mutating func take(_ objective: Double, _ source: Source) {
        guard objective > self.objective else { return }
        (self.objective, self.source) = (objective, source)
    }

    /// Returns the centroids of groups. Merges the cheapest pairs if there are more than `count`, and adds centroids by
    /// k-means++ if there are fewer.
    static func centroids(
        of truth: [Int32], _ points: Points, count: Int, _ draws: inout SplitMix64
    ) -> Centroids {
        var labels = truth
        var groups = Set(truth.filter { $0 >= 0 }).sorted()
        while groups.count > max(count, 1) {
            let sums = Sums(points, labels, count: Int(groups[groups.count - 1]) + 1)
            let norms = sums.norms
            var cheapest: (loss: Double, keep: Int32, drop: Int32)?
            for (place, first) in groups.enumerated() {
                for second in groups[(place + 1)...] {
                    let (a, b) = (norms[Int(first)], norms[Int(second)])
                    let joint = (a * a + b * b + 2 * sums.product(Int(first), Int(second))).squareRoot()
                    if a + b - joint < cheapest?.loss ?? .infinity { cheapest = (a + b - joint, first, second) }
                }
            }
            guard let cheapest else { break }
            labels = labels.map { $0 == cheapest.drop ? cheapest.keep : $0 }
            groups.removeAll { $0 == cheapest.drop }
        }
        let place = Dictionary(uniqueKeysWithValues: groups.enumerated().map { ($1, Int32($0)) })
        let sums = Sums(points, labels.map { place[$0] ?? -1 }, count: groups.count)
        let known = sums.centroids(before: Centroids(count: groups.count, dimension: points.dimension))
        return BatchKMeans.plusPlus(points, count: count, extending: known, &draws)
    }
}
