/// Directions as unit vectors of doubles, one behind the other: what the coordinator's own k-means works on.
struct SparsePoints {
    private(set) var count = 0
    let topics: Int
    /// Where each point begins in `components`; one more than points.
    private(set) var starts: [Int] = [0]
    private(set) var index: [Int] = []
    private(set) var value: [Double] = []

    /// Samples without a component that counts are left out.
    init(_ samples: [Sample], topics: Int, keeping isKept: (TopicNumber) -> Bool) {
        self.topics = topics
        for sample in samples {
            var square = 0.0
            let kept = sample.direction.filter { Int($0.topic) < topics && isKept($0.topic) }
            for component in kept { square += Double(component.value) * Double(component.value) }
            guard square > 0 else { continue }
            let norm = square.squareRoot()
            for component in kept {
                index.append(Int(component.topic))
                value.append(Double(component.value) / norm)
            }
            starts.append(index.count)
            count += 1
        }
    }

    /// Point times all centroids; `centroids` holds a row of `width` for each topic.
    @inline(__always)
    func score(_ point: Int, _ centroids: [Double], _ width: Int, into scores: inout [Double]) {
        for column in 0..<width { scores[column] = 0 }
        for place in starts[point]..<starts[point + 1] {
            let row = index[place] * width
            let weight = value[place]
            for column in 0..<width { scores[column] += weight * centroids[row + column] }
        }
    }

    /// The point times one dense vector.
    @inline(__always)
    func dot(_ point: Int, _ vector: [Double]) -> Double {
        var sum = 0.0
        for place in starts[point]..<starts[point + 1] { sum += value[place] * vector[index[place]] }
        return sum
    }

    /// The point as a dense vector.
    func dense(_ point: Int) -> [Double] {
        var vector = [Double](repeating: 0, count: topics)
        for place in starts[point]..<starts[point + 1] { vector[index[place]] = value[place] }
        return vector
    }

    /// How many different directions there are, counted up to `most`.
    func different(most: Int) -> Int {
        var seen: Set<[Double]> = []
        for point in 0..<count where seen.count < most {
            let range = starts[point]..<starts[point + 1]
            seen.insert(range.map { Double(index[$0]) } + Array(value[range]))
        }
        return seen.count
    }
}
