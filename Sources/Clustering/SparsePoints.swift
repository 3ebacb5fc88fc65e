/// Directions as unit vectors of doubles, one behind the other: what the coordinator's own k-means works on. Topics are
/// numbered anew, so that a dense vector is no longer than there are topics among the points.
struct SparsePoints {
    private(set) var count = 0
    /// The topic of each dense index, ascending.
    let topics: [TopicNumber]
    /// Where each point begins in `index` and `value`; one more than points.
    private(set) var starts: [Int] = [0]
    private(set) var index: [Int32] = []
    private(set) var value: [Double] = []

    /// Points without a component that counts are left out.
    init(_ samples: [Sample], keeping isKept: (TopicNumber) -> Bool) {
        var builder = Builder()
        for sample in samples { builder.add(sample.direction, keeping: isKept) }
        self.init(builder)
    }

    /// Some of the points, in the order named.
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

    /// Collects points of any length; each is made a unit vector.
    struct Builder {
        /// Of all points, one behind the other.
        fileprivate var topics: [TopicNumber] = []
        fileprivate var values: [Double] = []
        fileprivate var starts = [0]
        /// By number.
        fileprivate var isThere: [Bool] = []

        /// Adds a point, topics ascending.
        /// - Returns: its length before; a point of length 0 is left out.
        @discardableResult
        mutating func add(_ components: [(TopicNumber, Double)]) -> Double {
            for (topic, component) in components { append(topic, component) }
            return end()
        }

        /// The same of a member's direction, some of its topics left out.
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

        /// The point ends here.
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

    /// How similar each point is to the nearest of what there was, and one of up to eight points besides: a lane for each.
    /// - Parameter similar: to the nearest of what there was.
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

    /// The point times one dense vector.
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

    /// The point as a dense vector.
    func dense(_ point: Int) -> [Double] {
        var vector = [Double](repeating: 0, count: width)
        add(point, to: &vector)
        return vector
    }

    /// Components of some cluster over the topics of the points; those of other topics are lost.
    func dense(_ components: [(TopicNumber, Double)]) -> [Double] {
        var vector = [Double](repeating: 0, count: width)
        var local = 0
        for (topic, component) in components {
            while local < width, topics[local] < topic { local += 1 }
            if local < width, topics[local] == topic { vector[local] = component }
        }
        return vector
    }

    /// A dense unit vector as a centroid in Q15, zeros left out.
    func centroid(_ vector: [Double]) -> [Component] {
        var centroid: [Component] = []
        for (local, component) in vector.enumerated() {
            let value = (component * 32_768 + 0.5).rounded(.down)
            if value >= 1 { centroid.append(Component(topic: topics[local], value: UInt16(min(value, 32_767)))) }
        }
        return centroid
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

/// Vectors of doubles, summed in the order of their indices.
enum Dense {
    static func norm(_ vector: [Double]) -> Double {
        var square = 0.0
        for component in vector { square += component * component }
        return square.squareRoot()
    }

    /// The vector with length 1; nil where it has none.
    static func unit(_ vector: [Double]) -> [Double]? {
        let norm = norm(vector)
        return norm > 0 ? vector.map { $0 / norm } : nil
    }
}
