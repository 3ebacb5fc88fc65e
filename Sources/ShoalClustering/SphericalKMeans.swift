/// Spherical k-means (Dhillon and Modha, 2001) over a sample: greedy k-means++ (Arthur and Vassilvitskii, 2007) and
/// Lloyd's iteration. Uses doubles, sequentially in the order of the points, with + − × ÷ √ only.
struct SphericalKMeans {
    let points: SparsePoints
    /// The number of members that each point represents. Empty if each represents one.
    private let weights: [Double]
    let clusters: Int
    /// A row of `width` for each topic of the points.
    private(set) var centroids: [Double]
    /// The number of clusters, rounded up to whole vectors. The remaining columns are 0.
    let width: Int
    /// The cluster of each point, after `run`.
    private(set) var assignment: [Int]
    /// The weighted sum of the points' similarities to their centroids, after `run`.
    private(set) var objective = 0.0

    /// Draws initial centroids from the points.
    /// - Parameter tries: The number of candidates compared in each step.
    init(_ points: SparsePoints, clusters: Int, tries: Int, draws: inout SplitMix64) {
        self.init(points, clusters: clusters)
        draw(tries: tries, &draws)
    }

    /// Begins with given centroids: dense unit vectors over the topics of the points.
    init(_ points: SparsePoints, centroids given: [[Double]], weights: [Double] = []) {
        self.init(points, clusters: given.count, weights: weights)
        for (cluster, vector) in given.enumerated() { put(vector, cluster) }
    }

    private init(_ points: SparsePoints, clusters: Int, weights: [Double] = []) {
        self.points = points
        self.clusters = clusters
        self.weights = weights
        width = (clusters + 7) & ~7
        centroids = Array(repeating: 0, count: points.width * width)
        assignment = Array(repeating: 0, count: points.count)
    }

    /// Returns the number of candidates per step of the seeding: 2 + ln K, without libm.
    static func tries(_ clusters: Int) -> Int {
        2 + [3, 8, 21, 55, 149, 404, 1_097].count { $0 <= clusters }
    }

    func centroid(_ cluster: Int) -> [Double] {
        (0..<points.width).map { centroids[$0 * width + cluster] }
    }

    private mutating func put(_ vector: [Double], _ cluster: Int) {
        for (topic, value) in vector.enumerated() { centroids[topic * width + cluster] = value }
    }

    /// Moves centroids to the normalised sums of their points until a step's relative gain is below 10⁻⁵.
    mutating func run(iterations: Int) {
        var previous = -1.0
        for iteration in 0...iterations {
            var sums = [Double](repeating: 0, count: centroids.count)
            var counts = [Int](repeating: 0, count: clusters)
            assign(&sums, &counts)
            if iteration == iterations || objective - previous < 1e-5 * objective { return }
            previous = objective
            move(to: sums, counts)
        }
    }

    private mutating func assign(_ sums: inout [Double], _ counts: inout [Int]) {
        objective = 0
        for point in 0..<points.count {
            let (best, score) = nearest(point)
            let weight = weights.isEmpty ? 1 : weights[point]
            assignment[point] = best
            objective += score * weight
            counts[best] += 1
            for place in points.starts[point]..<points.starts[point + 1] {
                sums[Int(points.index[place]) * width + best] += points.value[place] * weight
            }
        }
    }

    /// Returns the first of the nearest centroids, and the similarity. Multiplies the point with eight centroids at a time;
    /// each sum follows the order of the point's topics.
    @inline(__always)
    private func nearest(_ point: Int) -> (cluster: Int, score: Double) {
        let range = points.starts[point]..<points.starts[point + 1]
        let (index, value) = (points.index.span.extracting(range), points.value.span.extracting(range))
        // Safe: doubles are plain numbers.
        let (rows, size) = unsafe (centroids.span.bytes, width * 8)
        // The best of each lane, and the offset of its vector.
        var best = SIMD8<Double>(repeating: -.infinity)
        var places = SIMD8<Int64>.zero
        for offset in stride(from: 0, to: size, by: 64) {
            var sum = SIMD8<Double>.zero
            for place in index.indices {
                // Safe: any bytes are doubles, and a point's indices are below the number of rows.
                let row = unsafe rows.unsafeLoadUnaligned(
                    fromUncheckedByteOffset: Int(index[unchecked: place]) &* size &+ offset, as: SIMD8<Double>.self)
                sum += unsafe value[unchecked: place] * row
            }
            let isBetter = sum .> best
            best.replace(with: sum, where: isBetter)
            places.replace(with: Int64(offset), where: isBetter)
        }
        var found = (cluster: 0, score: -Double.infinity)
        for lane in 0..<8 {
            let cluster = Int(places[lane]) / 8 + lane
            // The columns after the last cluster are 0, and no score is less.
            guard cluster < clusters, best[lane] >= found.score else { continue }
            if best[lane] > found.score || cluster < found.cluster { found = (cluster, best[lane]) }
        }
        return found
    }

    /// Moves the centroids to the normalised sums. A cluster without points keeps its centroid.
    private mutating func move(to sums: [Double], _ counts: [Int]) {
        var squares = [Double](repeating: 0, count: clusters)
        for topic in 0..<points.width {
            let row = topic * width
            for cluster in 0..<clusters { squares[cluster] += sums[row + cluster] * sums[row + cluster] }
        }
        let norms = squares.map { $0.squareRoot() }
        for cluster in 0..<clusters where counts[cluster] > 0 && norms[cluster] > 0 {
            for topic in 0..<points.width {
                centroids[topic * width + cluster] = sums[topic * width + cluster] / norms[cluster]
            }
        }
    }

    // MARK: - k-means++

    private mutating func draw(tries: Int, _ draws: inout SplitMix64) {
        let first = min(Int(draws.uniform() * Double(points.count)), points.count - 1)
        let dense = points.dense(first)
        put(dense, 0)
        var similar = (0..<points.count).map { points.dot($0, dense) }
        for cluster in 1..<max(clusters, 1) {
            var total = 0.0
            for value in similar { total += max(1 - value, 0) }
            let picks = (0..<tries).map { _ in Self.pick(similar, at: draws.uniform() * total) }
            var best: (sum: Double, pick: Int, similar: [Double])?
            for start in stride(from: 0, to: tries, by: 8) {
                let some = picks[start..<min(start + 8, tries)]
                let nearest = points.nearest(similar, Array(some))
                var sums = SIMD8<Double>.zero
                for now in nearest { sums += now }
                for (lane, pick) in some.enumerated() where sums[lane] > best?.sum ?? -1 {
                    best = (sums[lane], pick, nearest.map { $0[lane] })
                }
            }
            guard let best else { return }
            put(points.dense(best.pick), cluster)
            similar = best.similar
        }
    }

    /// Returns the first point at which the running sum of distances exceeds `target`.
    private static func pick(_ similar: [Double], at target: Double) -> Int {
        var sum = 0.0
        for (point, value) in similar.enumerated() {
            sum += max(1 - value, 0)
            if sum > target { return point }
        }
        return similar.count - 1
    }
}
