/// Directions as unit vectors of doubles in contiguous storage, for the coordinator's k-means. Topics are renumbered
/// densely, so that a dense vector has only topics that occur in the points.
struct SparsePoints {
    private(set) var count = 0
    /// The topic of each dense index, ascending.
    let topics: [TopicNumber]
    /// The start of each point in `index` and `value`, with one more element than there are points.
    private(set) var starts: [Int] = [0]
    private(set) var index: [Int32] = []
    private(set) var value: [Double] = []

    /// Points without a counted component are omitted.
    init(_ samples: [Sample], keeping isKept: (TopicNumber) -> Bool) {
        var builder = Builder()
        for sample in samples { builder.add(sample.direction, keeping: isKept) }
        self.init(builder)
    }

    /// Selects points in the given order.
    init(_ points: SparsePoints, _ chosen: [Int]) {
        topics = points.topics
        for point in chosen {
            let range = points.starts[point]..<points.starts[point + 1]
            index += points.index[range]
            value += points.value[range]
            starts.append(index.count)
        }
        count = chosen.count
    }

    init(_ builder: Builder) {
        topics = builder.isThere.indices.filter { builder.isThere[$0] }.map { TopicNumber($0) }
        var place = [Int32](repeating: 0, count: builder.isThere.count)
        for (local, topic) in topics.enumerated() { place[Int(topic)] = Int32(local) }
        index = builder.topics.map { place[Int($0)] }
        value = builder.values
        starts = builder.starts
        count = starts.count - 1
    }

    /// Collects points of any length and normalises them.
    struct Builder {
        /// The topics of all points, concatenated.
        fileprivate var topics: [TopicNumber] = []
        fileprivate var values: [Double] = []
        fileprivate var starts = [0]
        /// Whether a topic occurs, by number.
        fileprivate var isThere: [Bool] = []

        /// Adds a point with ascending topics.
        /// - Returns: The original length. A point of length 0 is omitted.
        @discardableResult
        mutating func add(_ components: [(TopicNumber, Double)]) -> Double {
            for (topic, component) in components { append(topic, component) }
            return end()
        }

        /// Adds a member's direction without some of its topics.
        @discardableResult
        mutating func add(_ direction: [Component], keeping isKept: (TopicNumber) -> Bool) -> Double {
            for component in direction where isKept(component.topic) {
                append(component.topic, Double(component.value))
            }
            return end()
        }

        private mutating func append(_ topic: TopicNumber, _ component: Double) {
            topics.append(topic)
            values.append(component)
        }

        /// Ends the current point.
        private mutating func end() -> Double {
            let range = (starts.last ?? 0)..<values.count
            var square = 0.0
            for index in range { square += values[index] * values[index] }
            guard square > 0 else {
                topics.removeSubrange(range)
                values.removeSubrange(range)
                return 0
            }
            let norm = square.squareRoot()
            for index in range {
                values[index] /= norm
                let topic = Int(topics[index])
                if topic >= isThere.count {
                    isThere.append(contentsOf: repeatElement(false, count: topic + 1 - isThere.count))
                }
                isThere[topic] = true
            }
            starts.append(values.count)
            return norm
        }
    }

    var width: Int { topics.count }

    /// Returns the similarity of each point to the nearest of the existing centroids and one of up to eight chosen
    /// points, one lane per chosen point.
    /// - Parameter similar: The similarity to the nearest existing centroid.
    func nearest(_ similar: [Double], _ chosen: [Int]) -> [SIMD8<Double>] {
        var vectors = [SIMD8<Double>](repeating: .zero, count: width)
        for (lane, point) in chosen.enumerated() {
            for place in starts[point]..<starts[point + 1] { vectors[Int(index[place])][lane] += value[place] }
        }
        let (index, value, dense) = (index.span, value.span, vectors.span)
        return (0..<count).map { point in
            var sum = SIMD8<Double>.zero
            for place in starts[point]..<starts[point + 1] { sum += value[place] * dense[Int(index[place])] }
            let floor = SIMD8(repeating: similar[point])
            return sum.replacing(with: floor, where: floor .> sum)
        }
    }

    /// Returns the product of the point and a dense vector.
    @inline(__always)
    func dot(_ point: Int, _ vector: [Double]) -> Double {
        var sum = 0.0
        for place in starts[point]..<starts[point + 1] { sum += value[place] * vector[Int(index[place])] }
        return sum
    }

    /// Adds the point to a dense vector.
    @inline(__always)
    func add(_ point: Int, to vector: inout [Double]) {
        for place in starts[point]..<starts[point + 1] { vector[Int(index[place])] += value[place] }
    }

    /// Adds a multiple of the point to a dense vector.
    @inline(__always)
    func add(_ point: Int, times weight: Double, to vector: inout [Double]) {
        for place in starts[point]..<starts[point + 1] { vector[Int(index[place])] += value[place] * weight }
    }

    /// Returns the point as a dense vector.
    func dense(_ point: Int) -> [Double] {
        var vector = [Double](repeating: 0, count: width)
        add(point, to: &vector)
        return vector
    }

    /// Returns a cluster's components as a dense vector over the topics of the points. Other topics are dropped.
    func dense(_ components: [(TopicNumber, Double)]) -> [Double] {
        var vector = [Double](repeating: 0, count: width)
        var local = 0
        for (topic, component) in components {
            while local < width, topics[local] < topic { local += 1 }
            if local < width, topics[local] == topic { vector[local] = component }
        }
        return vector
    }

    /// Returns a dense unit vector as a centroid in Q15, without zeros.
    func centroid(_ vector: [Double]) -> [Component] {
        var centroid: [Component] = []
        for (local, component) in vector.enumerated() {
            let value = (component * 32_768 + 0.5).rounded(.down)
            if value >= 1 { centroid.append(Component(topic: topics[local], value: UInt16(min(value, 32_767)))) }
        }
        return centroid
    }

    /// Counts distinct directions, up to `most`.
    func different(most: Int) -> Int {
        var seen: Set<[Double]> = []
        for point in 0..<count where seen.count < most {
            let range = starts[point]..<starts[point + 1]
            seen.insert(range.map { Double(index[$0]) } + Array(value[range]))
        }
        return seen.count
    }
}
