/// Dense centroids, stored topic by topic in whole SIMD vectors of clusters.
public struct Centroids: Sendable {
    typealias Lanes = SIMD16<Float>

    /// The number of clusters.
    public let count: Int
    public let dimension: Int
    /// SIMD vectors per topic.
    let width: Int
    var rows: [Lanes]

    public init(count: Int, dimension: Int) {
        self.count = count
        self.dimension = dimension
        width = max((count + Lanes.scalarCount - 1) / Lanes.scalarCount, 1)
        rows = Array(repeating: .zero, count: width * dimension)
    }

    /// Takes points as centroids.
    public init(_ points: Points) {
        self.init(count: points.count, dimension: points.dimension)
        for cluster in 0..<count {
            for entry in points.entries(cluster) { self[cluster, entry.topic] = entry.value }
        }
    }

    public subscript(cluster: Int, topic: Int) -> Float {
        get { rows[topic * width + cluster / Lanes.scalarCount][cluster % Lanes.scalarCount] }
        set { rows[topic * width + cluster / Lanes.scalarCount][cluster % Lanes.scalarCount] = newValue }
    }

    /// ‖c‖² of every cluster.
    var squares: [Float] {
        var sums = [Lanes](repeating: .zero, count: width)
        for topic in 0..<dimension {
            for lane in 0..<width {
                let value = rows[topic * width + lane]
                sums[lane] += value * value
            }
        }
        return (0..<count).map { sums[$0 / Lanes.scalarCount][$0 % Lanes.scalarCount] }
    }

    /// The nearest cluster of every point.
    public struct Nearest: Sendable {
        public var labels: [Int32]
        /// x · c of the nearest cluster.
        public var similarities: [Float]
    }

    /// Assigns by the largest cosine, for centroids of length 1. Ties go to the lower cluster.
    public func nearestByCosine(_ points: Points) -> Nearest {
        nearest(points, bias: Array(repeating: 0, count: count))
    }

    /// Assigns by the smallest Euclidean distance. Ties go to the lower cluster.
    public func nearestByDistance(_ points: Points) -> Nearest {
        nearest(points, bias: squares.map { -$0 / 2 })
    }

    /// Assigns the cluster with the largest x · c + bias.
    private func nearest(_ points: Points, bias: [Float]) -> Nearest {
        precondition(points.dimension == dimension && count > 0)
        var nearest = Nearest(labels: [], similarities: [])
        nearest.labels.reserveCapacity(points.count)
        nearest.similarities.reserveCapacity(points.count)
        // Lanes beyond the last cluster never win.
        var offsets = [Lanes](repeating: Lanes(repeating: -.infinity), count: width)
        for cluster in 0..<count { offsets[cluster / Lanes.scalarCount][cluster % Lanes.scalarCount] = bias[cluster] }
        for point in 0..<points.count {
            var (best, most) = (Int32(0), -Float.infinity)
            for lane in 0..<width {
                let scores = self.scores(points, point, lane) + offsets[lane]
                let top = scores.max()
                guard top > most else { continue }
                most = top
                for index in 0..<Lanes.scalarCount where scores[index] == top {
                    best = Int32(lane * Lanes.scalarCount + index)
                    break
                }
            }
            nearest.labels.append(best)
            nearest.similarities.append(most - bias[Int(best)])
        }
        return nearest
    }

    /// Returns x · c of the point and the clusters of a SIMD vector.
    @inline(__always)
    func scores(_ points: Points, _ point: Int, _ lane: Int) -> Lanes {
        var sum = Lanes.zero
        for place in points.starts[point]..<points.starts[point + 1] {
            sum += points.values[place] * rows[Int(points.topics[place]) &* width &+ lane]
        }
        return sum
    }

    /// Returns the similarity of a point and one cluster.
    public func similarity(_ points: Points, _ point: Int, to cluster: Int) -> Float {
        scores(points, point, cluster / Lanes.scalarCount)[cluster % Lanes.scalarCount]
    }
}
