internal import ShoalClustering

/// A clustering rule of another system that updates clusters batch by batch, with Euclidean distances.
public protocol StreamingRule: Sendable {
    /// The name of the rule in tables.
    var name: String { get }
    /// Adds a batch. The first batch also seeds the clusters.
    mutating func fit(_ points: Points)
    /// The current centres; `nil` before the first batch.
    var centroids: Centroids? { get }
}

extension StreamingRule {
    /// The nearest cluster of every point.
    public func predict(_ points: Points) -> [Int32] {
        centroids?.nearestByDistance(points).labels ?? Array(repeating: 0, count: points.count)
    }
}

/// Weighted centres, shared by all rules.
struct WeightedCentres: Sendable {
    /// The centres, one row of topics per cluster.
    var values: [Double]
    var weights: [Double]
    let count: Int
    let dimension: Int

    init(_ start: Centroids) {
        (count, dimension) = (start.count, start.dimension)
        values = []
        values.reserveCapacity(count * dimension)
        for cluster in 0..<count {
            for topic in 0..<dimension { values.append(Double(start[cluster, topic])) }
        }
        weights = Array(repeating: 0, count: count)
    }

    var centroids: Centroids {
        var result = Centroids(count: count, dimension: dimension)
        for cluster in 0..<count {
            for topic in 0..<dimension { result[cluster, topic] = Float(values[cluster * dimension + topic]) }
        }
        return result
    }

    /// Moves each centre towards the mean of the batch points that are nearest to it, in proportion to their share of
    /// its new weight.
    mutating func move(_ points: Points) {
        let labels = centroids.nearestByDistance(points).labels
        let sums = Sums(points, labels, count: count)
        for cluster in 0..<count where sums.members[cluster] > 0 {
            let members = Double(sums.members[cluster])
            weights[cluster] += members
            let step = members / max(weights[cluster], 1e-16)
            for topic in 0..<dimension {
                let place = cluster * dimension + topic
                let mean = sums.values[topic * count + cluster] / members
                values[place] = (1 - step) * values[place] + step * mean
            }
        }
    }
}

/// A rule that moves the weighted mean of each cluster with every batch and decays the weights.
public struct DecayingRule: StreamingRule {
    public let name: String
    let count: Int
    let decay: Double
    let seed: UInt64
    /// Whether a cluster without weight takes half of the largest one.
    let revives: Bool
    var centres: WeightedCentres?

    /// `StreamingKMeans` of Apache Spark's MLlib. A dying cluster takes half of the largest one.
    /// - Parameters:
    ///   - decay: The decay of the weights per batch.
    ///   - start: The initial centres. If `nil`, greedy k-means++ on the first batch.
    public static func spark(count: Int, decay: Double, seed: UInt64, start: Centroids? = nil) -> DecayingRule {
        DecayingRule(
            name: "Spark", count: count, decay: decay, seed: seed, revives: true,
            centres: start.map { WeightedCentres($0) })
    }

    /// `OnlineKMeans` of Apache Flink ML. Parameters as for `spark`.
    public static func flink(count: Int, decay: Double, seed: UInt64, start: Centroids? = nil) -> DecayingRule {
        DecayingRule(
            name: "Flink", count: count, decay: decay, seed: seed, revives: false,
            centres: start.map { WeightedCentres($0) })
    }

    public var centroids: Centroids? { centres?.centroids }

    public mutating func fit(_ points: Points) {
        var centres = self.centres ?? WeightedCentres(firstCentroids(points, count: count, seed: seed))
        for cluster in 0..<count { centres.weights[cluster] *= decay }
        centres.move(points)
        if revives { split(&centres) }
        self.centres = centres
    }

    private func split(_ centres: inout WeightedCentres) {
        var (largest, smallest) = (0, 0)
        for cluster in 0..<count {
            if centres.weights[cluster] > centres.weights[largest] { largest = cluster }
            if centres.weights[cluster] < centres.weights[smallest] { smallest = cluster }
        }
        guard centres.weights[smallest] < 1e-8 * centres.weights[largest] else { return }
        let weight = (centres.weights[largest] + centres.weights[smallest]) / 2
        centres.weights[largest] = weight
        centres.weights[smallest] = weight
        for topic in 0..<centres.dimension {
            let value = centres.values[largest * centres.dimension + topic]
            let step = 1e-14 * max(abs(value), 1)
            centres.values[largest * centres.dimension + topic] = value + step
            centres.values[smallest * centres.dimension + topic] = value - step
        }
    }
}

/// `MiniBatchKMeans.partial_fit` of scikit-learn. Centres are the means of all points that were ever nearest to them.
/// Centres with less than 1 % of the largest weight are drawn again from the batch.
public struct MiniBatchRule: StreamingRule {
    public let name = "scikit-learn"
    let count: Int
    var draws: SplitMix64
    var centres: WeightedCentres?
    /// The samples that seed the centres: three batches of 1,024, as in scikit-learn.
    static let seedSample = 3_072

    /// - Parameter start: The initial centres. If `nil`, greedy k-means++ on a sample of the first batch.
    public init(count: Int, seed: UInt64, start: Centroids? = nil) {
        self.count = count
        draws = SplitMix64(seed: seed)
        draws.absorb(3)
        centres = start.map { WeightedCentres($0) }
    }

    public var centroids: Centroids? { centres?.centroids }

    public mutating func fit(_ points: Points) {
        if centres == nil {
            let sample = points.selecting(different(Self.seedSample, below: points.count))
            centres = WeightedCentres(BatchKMeans.plusPlus(sample, count: count, &draws))
        }
        guard var centres else { return }
        centres.move(points)
        reassign(&centres, points)
        self.centres = centres
    }

    private mutating func reassign(_ centres: inout WeightedCentres, _ points: Points) {
        let most = centres.weights.max() ?? 0
        var light = centres.weights.indices.filter { centres.weights[$0] < 0.01 * most }
        let room = points.count / 2
        if light.count > room {
            light = Array(light.sorted { centres.weights[$0] < centres.weights[$1] }.prefix(room))
        }
        guard !light.isEmpty else { return }
        let isLight = Set(light)
        let least = centres.weights.indices.filter { !isLight.contains($0) }.map { centres.weights[$0] }.min() ?? 0
        for (cluster, point) in zip(light, different(light.count, below: points.count)) {
            for topic in 0..<centres.dimension { centres.values[cluster * centres.dimension + topic] = 0 }
            for entry in points.entries(point) {
                centres.values[cluster * centres.dimension + entry.topic] = Double(entry.value)
            }
            centres.weights[cluster] = least
        }
    }

    /// Draws distinct numbers: the requested count, or all if there are fewer.
    private mutating func different(_ wanted: Int, below bound: Int) -> [Int] {
        var numbers = Array(0..<bound)
        for place in 0..<min(wanted, bound) {
            numbers.swapAt(place, place + min(Int(draws.uniform() * Double(bound - place)), bound - place - 1))
        }
        return Array(numbers.prefix(wanted))
    }
}

private func firstCentroids(_ points: Points, count: Int, seed: UInt64) -> Centroids {
    var draws = SplitMix64(seed: seed)
    draws.absorb(2)
    return BatchKMeans.plusPlus(points, count: count, &draws)
}
