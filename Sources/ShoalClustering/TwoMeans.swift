/// Spherical 2-means from four starts at once. Performs the operations of `SphericalKMeans` for each start in the same
/// order, so the results are bit-identical. The split tests dominate the cost of a model, and one pass over the points
/// serves all four starts.
struct TwoMeans {
    static let starts = 4

    /// The cluster of each point.
    let assignment: [Int]
    /// The sum of the points' similarities to their centroids.
    let objective: Double
    let centroids: ([Double], [Double])

    /// Computes the best of four starts. Ties go to the first.
    /// - Parameters:
    ///   - iterations: The maximum number of Lloyd steps.
    ///   - draws: Returns the generator state of each start.
    init(_ points: SparsePoints, iterations: Int, draws: (_ start: Int) -> SplitMix64) {
        var lanes = [SIMD8<Double>](repeating: .zero, count: points.width)
        for start in 0..<Self.starts {
            var state = draws(start)
            let drawn = SphericalKMeans(points, clusters: 2, tries: 4, draws: &state)
            for topic in 0..<points.width {
                lanes[topic][2 * start] = drawn.centroids[drawn.width * topic]
                lanes[topic][2 * start + 1] = drawn.centroids[drawn.width * topic + 1]
            }
        }
        var run = Run(points, lanes)
        run.run(iterations: iterations)
        var best = 0
        for start in 1..<Self.starts where run.objectives[start] > run.objectives[best] { best = start }
        objective = run.objectives[best]
        assignment = run.sides.map { Int($0[best]) }
        let kept = run.centroids
        centroids = (kept.map { $0[2 * best] }, kept.map { $0[2 * best + 1] })
    }

    /// All four starts side by side, with one lane per centroid.
    private struct Run {
        let points: SparsePoints
        var centroids: [SIMD8<Double>]
        var sides: [SIMD4<UInt8>]
        var objectives = SIMD4<Double>.zero
        private var isDone = SIMD4<UInt8>.zero
        private var sums: [SIMD8<Double>]
        private var counts = SIMD8<Double>.zero

        init(_ points: SparsePoints, _ centroids: [SIMD8<Double>]) {
            self.points = points
            self.centroids = centroids
            sides = Array(repeating: .zero, count: points.count)
            sums = Array(repeating: .zero, count: centroids.count)
        }

        mutating func run(iterations: Int) {
            var previous = SIMD4<Double>(repeating: -1)
            for iteration in 0...iterations {
                assign()
                for start in 0..<TwoMeans.starts
                where iteration == iterations || objectives[start] - previous[start] < 1e-5 * objectives[start] {
                    isDone[start] = 1
                }
                if isDone == .one { return }
                previous = objectives
                move()
            }
        }

        /// Assigns points. Starts that have converged stay as they are.
        private mutating func assign() {
            for topic in sums.indices { sums[topic] = .zero }
            counts = .zero
            var objectives = objectives
            for start in 0..<TwoMeans.starts where isDone[start] == 0 { objectives[start] = 0 }
            let (isDone, kept) = (isDone, (points.starts, points.index, points.value, self.centroids))
            let (starts, index, value, centroids) = (kept.0.span, kept.1.span, kept.2.span, kept.3.span)
            for point in 0..<points.count {
                let range = starts[point]..<starts[point + 1]
                var scores = SIMD8<Double>.zero
                // Safe: a point's places are those of its topics, and each topic has a centroid entry and a sum.
                for place in range {
                    scores += unsafe value[unchecked: place] * centroids[unchecked: Int(index[unchecked: place])]
                }
                let (first, second) = (scores.evenHalf, scores.oddHalf)
                // 1 in the lanes of the centroids that get the point. Other lanes add 0, which changes no bit.
                var (evens, odds) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
                var side = sides[point]
                for start in 0..<TwoMeans.starts where isDone[start] == 0 {
                    if second[start] > first[start] {
                        side[start] = 1
                        odds[start] = 1
                        objectives[start] += second[start]
                    } else {
                        side[start] = 0
                        evens[start] = 1
                        objectives[start] += first[start]
                    }
                }
                sides[point] = side
                var share = SIMD8<Double>.zero
                share.evenHalf = evens
                share.oddHalf = odds
                counts += share
                unsafe sums.withUnsafeMutableBufferPointer { sums in
                    for place in range {
                        unsafe sums[Int(index[unchecked: place])] += value[unchecked: place] * share
                    }
                }
            }
            self.objectives = objectives
        }

        /// Moves the centroids. A cluster without points keeps its centroid.
        private mutating func move() {
            var squares = SIMD8<Double>.zero
            for sum in sums { squares += sum * sum }
            let norms = squares.squareRoot()
            var isDone = SIMD8<UInt8>.zero
            (isDone.evenHalf, isDone.oddHalf) = (self.isDone, self.isDone)
            let moves = (norms .> 0) .& (counts .> 0) .& (SIMD8<Double>(isDone) .== 0)
            for topic in centroids.indices { centroids[topic].replace(with: sums[topic] / norms, where: moves) }
        }
    }
}
