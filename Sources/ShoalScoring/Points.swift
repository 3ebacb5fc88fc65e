public import ShoalClustering

/// Directions as sparse unit vectors in contiguous storage.
public struct Points: Sendable {
    /// The number of topics. Each topic number is below it.
    public let dimension: Int
    /// The start of each point, with one more element than there are points.
    private(set) var starts: [Int] = [0]
    private(set) var topics: [Int32] = []
    private(set) var values: [Float] = []

    public init(dimension: Int) {
        self.dimension = dimension
    }

    public var count: Int { starts.count - 1 }

    /// Adds a direction, normalised to length 1. A direction without components becomes the zero vector.
    public mutating func append(_ direction: [Component]) {
        append(direction.map { (Int($0.topic), Double($0.value)) })
    }

    /// Adds a vector by its entries, normalised to length 1.
    public mutating func append(_ entries: [(topic: Int, value: Double)]) {
        var square = 0.0
        for entry in entries { square += entry.value * entry.value }
        if square > 0 {
            let norm = square.squareRoot()
            for entry in entries where entry.value != 0 {
                topics.append(Int32(entry.topic))
                values.append(Float(entry.value / norm))
            }
        }
        starts.append(topics.count)
    }

    /// Returns the points at `indices`, in that order.
    public func selecting(_ indices: some Sequence<Int>) -> Points {
        var result = Points(dimension: dimension)
        for index in indices {
            result.topics.append(contentsOf: topics[starts[index]..<starts[index + 1]])
            result.values.append(contentsOf: values[starts[index]..<starts[index + 1]])
            result.starts.append(result.topics.count)
        }
        return result
    }

    /// The entries of a point.
    public func entries(_ point: Int) -> [(topic: Int, value: Float)] {
        (starts[point]..<starts[point + 1]).map { (Int(topics[$0]), values[$0]) }
    }
}
