/// Draws an index in proportion to its weight in constant time: the alias method (Walker, 1974; Vose, 1991).
struct AliasTable: Sendable {
    /// The threshold and alias of an index, adjacent so that a draw reads one cache line.
    private struct Entry {
        var keep: Float
        var other: Int32
    }

    private var entries: [Entry] = []
    let total: Double

    /// - Parameter weights: At most 2³¹ non-negative weights. All may be 0 if no index is ever drawn.
    init(_ weights: some Collection<Double>) {
        total = weights.reduce(0, +)
        guard total > 0 else { return }
        var scaled = weights.map { $0 * Double(weights.count) / total }
        entries = scaled.indices.map { Entry(keep: 1, other: Int32($0)) }
        var small = scaled.indices.filter { scaled[$0] < 1 }
        var large = scaled.indices.filter { scaled[$0] >= 1 }
        while let less = small.last, let more = large.last {
            small.removeLast()
            entries[less] = Entry(keep: Float(scaled[less]), other: Int32(more))
            scaled[more] -= 1 - scaled[less]
            if scaled[more] < 1 { small.append(large.removeLast()) }
        }
    }

    func draw(_ draws: inout Draws) -> Int {
        let index = draws.below(entries.count)
        let entry = entries[index]
        return draws.uniform() < Double(entry.keep) ? index : Int(entry.other)
    }
}

/// A distribution of real numbers as a table of quantiles, from a density that need not be normalised.
struct QuantileTable: Sendable {
    let values: [Double]

    /// - Parameter count: The number of quantiles, at (i + ½) / count.
    init(_ range: ClosedRange<Double>, count: Int, density: (Double) -> Double) {
        let steps = 16_384
        let width = (range.upperBound - range.lowerBound) / Double(steps)
        let mass = (0..<steps).map { density(range.lowerBound + (Double($0) + 0.5) * width) }
        let total = mass.reduce(0, +)
        var values: [Double] = []
        var sum = 0.0
        for (step, part) in mass.enumerated() {
            while values.count < count {
                let target = (Double(values.count) + 0.5) / Double(count) * total
                guard sum + part >= target else { break }
                values.append(range.lowerBound + (Double(step) + (target - sum) / part) * width)
            }
            sum += part
        }
        self.values = values
    }

    /// Draws a number, interpolated linearly between neighbouring quantiles.
    func draw(_ draws: inout Draws) -> Double {
        let place = draws.uniform() * Double(values.count - 1)
        let index = min(Int(place), values.count - 2)
        return values[index] + (values[index + 1] - values[index]) * (place - Double(index))
    }

    static let standardNormal = QuantileTable(-8...8, count: 1_024) { Elementary.exp(-$0 * $0 / 2) }
    /// Beta(6, 2): the watched share of a video that suits the viewer's taste.
    static let tasteEngagement = QuantileTable(0...1, count: 512) { $0 * $0 * $0 * $0 * $0 * (1 - $0) }
    /// Beta(1.5, 4): the watched share of a video that does not suit the viewer's taste.
    static let noiseEngagement = QuantileTable(0...1, count: 512) {
        $0.squareRoot() * (1 - $0) * (1 - $0) * (1 - $0)
    }
}

/// Running sums of weights. Draws an index from a range of them by bisection.
struct CumulativeWeights: Sendable {
    private var sums: [Double] = [0]

    init(_ weights: some Sequence<Double>) {
        for weight in weights { sums.append(sums[sums.count - 1] + weight) }
    }

    func draw(_ range: Range<Int>, _ draws: inout Draws) -> Int {
        let target = sums[range.lowerBound] + draws.uniform() * (sums[range.upperBound] - sums[range.lowerBound])
        var (low, high) = (range.lowerBound, range.upperBound - 1)
        while low < high {
            let middle = (low + high) / 2
            if sums[middle + 1] > target { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
