/// The definition of a metric: name, type, labels and description.
public struct Metric: Codable, Equatable, Sendable {
    public enum Kind: String, Codable, Sendable {
        /// A value that only grows during the life of the process.
        case counter
        case gauge
        case histogram
    }

    public var name: String
    public var kind: Kind
    /// The names of labels, in the order of the values in samples. Never viewer data.
    public var labels: [String]
    public var help: String

    public init(_ kind: Kind, _ name: String, _ labels: [String] = [], _ help: String) {
        self.name = name
        self.kind = kind
        self.labels = labels
        self.help = help
    }

    /// A value of a metric with the values of its labels.
    public struct Sample: Equatable, Sendable {
        public var labels: [String]
        public var value: Double

        public init(_ labels: [String] = [], _ value: Double) {
            self.labels = labels
            self.value = value
        }
    }

    /// The counts of a histogram with the values of its labels.
    public struct Distribution: Equatable, Sendable {
        public var labels: [String]
        /// Ascending upper bounds of the buckets. The last bucket has none.
        public var bounds: [Double]
        /// The number of values in each bucket, one more than there are bounds.
        public var counts: [Int64]
        public var sum: Double

        public init(_ labels: [String], bounds: [Double], counts: [Int64], sum: Double) {
            self.labels = labels
            self.bounds = bounds
            self.counts = counts
            self.sum = sum
        }
    }
}
