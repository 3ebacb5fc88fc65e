/// The samples of all clusters, each weighted by the members that it represents.
struct PooledSamples {
    /// The maximum number of points. Beyond it, fewer samples of each cluster are taken.
    private static let mostPoints = 16_384

    let points: SparsePoints
    private(set) var weights: [Double] = []
    /// The cluster in which each point was sampled.
    private(set) var origins: [ClusterID] = []
    /// The centroids of the sums, as unit vectors.
    let centroids: [[Double]]
    private let places: [ClusterID: Int]
    private let sums: [[Double]]
    var weight: Double { weights.reduce(0, +) }

    init(_ standings: [Lifecycle.Standing], _ pool: SamplePool, keeping isKept: (TopicNumber) -> Bool) {
        var builder = SparsePoints.Builder()
        let each = min(SamplingPlan.mostOfCluster, max(Self.mostPoints / max(standings.count, 1), 16))
        for standing in standings {
            let samples = pool.clusters[standing.id]?.samples.prefix(each) ?? []
            let share = standing.members / Double(max(samples.count, 1))
            for sample in samples {
                guard builder.add(sample.direction, keeping: isKept) > 0 else { continue }
                weights.append(share)
                origins.append(standing.id)
            }
            // A cluster without samples is represented by one point, its sums.
            if samples.isEmpty, builder.add(standing.sums.map { ($0.topic, Double($0.value)) }) > 0 {
                weights.append(standing.similarity)
                origins.append(standing.id)
            }
        }
        let points = SparsePoints(builder)
        self.points = points
        sums = standings.map { points.dense($0.sums.map { ($0.topic, Double($0.value)) }) }
        centroids = sums.map { Dense.unit($0) ?? $0 }
        places = Dictionary(uniqueKeysWithValues: standings.enumerated().map { ($1.id, $0) })
    }

    /// Returns the summed similarity of all points to their centroids after some Lloyd steps.
    func objective(_ centroids: [[Double]], iterations: Int = Lifecycle.Rules.poolIterations) -> Double {
        var means = SphericalKMeans(points, centroids: centroids, weights: weights)
        means.run(iterations: iterations)
        return means.objective
    }

    /// Returns the centroids after a merge and a split, or `nil` if a cluster is unknown.
    func swapped(_ split: Lifecycle.Split, _ pair: Lifecycle.Pair) -> [[Double]]? {
        guard let first = places[pair.first], let second = places[pair.second], let parent = places[split.cluster]
        else { return nil }
        var centroids = centroids
        centroids[first] = Dense.unit(zip(sums[first], sums[second]).map(+)) ?? centroids[first]
        let halves = [split.halves.centroids.0, split.halves.centroids.1].map { half in
            points.dense(Array(zip(split.points.topics, half)))
        }
        centroids[parent] = halves[0]
        centroids[second] = halves[1]
        return centroids
    }
}
