/// The distribution of a figure over several runs. Runs without a figure are left out.
public struct Spread: Equatable, Sendable {
    /// Whether a larger or a smaller figure is better.
    public enum Preference: String, Sendable {
        case larger
        case smaller
    }

    /// The values in ascending order. Infinite values mean never.
    public let values: [Double]

    public init(_ values: [Double]) {
        self.values = values.filter { !$0.isNaN }.sorted()
    }

    public var isEmpty: Bool { values.isEmpty }

    /// The median. For an even number of values, the mean of the two middle ones.
    public var median: Double {
        guard !values.isEmpty else { return .nan }
        let (low, high) = (values[(values.count - 1) / 2], values[values.count / 2])
        return low == high ? low : (low + high) / 2
    }

    public var mean: Double {
        values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
    }

    public func worst(_ better: Preference) -> Double {
        (better == .larger ? values.first : values.last) ?? .nan
    }
}
