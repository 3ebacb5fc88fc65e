/// Sums of points by cluster, in doubles.
struct Sums {
    let count: Int
    let dimension: Int
    /// The sums, one row of clusters per topic.
    var values: [Double]
    var members: [Int]

    init(count: Int, dimension: Int) {
        self.count = count
        self.dimension = dimension
        values = Array(repeating: 0, count: count * dimension)
        members = Array(repeating: 0, count: count)
    }

    /// - Parameter labels: The cluster of each point. Points with negative labels are ignored.
    init(_ points: Points, _ labels: [Int32], count: Int) {
        self.init(count: count, dimension: points.dimension)
        for point in 0..<points.count where labels[point] >= 0 {
            let label = Int(labels[point])
            members[label] += 1
            for place in points.starts[point]..<points.starts[point + 1] {
                values[Int(points.topics[place]) &* count &+ label] += Double(points.values[place])
            }
        }
    }

    /// ‖S‖ of every cluster.
    var norms: [Double] {
        var squares = [Double](repeating: 0, count: count)
        for topic in 0..<dimension {
            for cluster in 0..<count {
                let value = values[topic * count + cluster]
                squares[cluster] += value * value
            }
        }
        return squares.map { $0.squareRoot() }
    }

    /// S_a · S_b.
    func product(_ first: Int, _ second: Int) -> Double {
        var sum = 0.0
        for topic in 0..<dimension { sum += values[topic * count + first] * values[topic * count + second] }
        return sum
    }

    /// The normalised sums. A cluster with an empty sum keeps its previous centroid.
    func centroids(before: Centroids) -> Centroids {
        var result = before
        for (cluster, norm) in norms.enumerated() where norm > 0 {
            for topic in 0..<dimension { result[cluster, topic] = Float(values[topic * count + cluster] / norm) }
        }
        return result
    }
}
