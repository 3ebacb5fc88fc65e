/// One metric: its name, type, labels, and what it tells. The table of all of them is the documentation, and what
/// dashboards are made from.
public struct Metric: Codable, Equatable, Sendable {
    public enum Kind: String, Codable, Sendable {
        /// It only grows while the process lives.
        case counter
        case gauge
        case histogram
    }

    public var name: String
    public var kind: Kind
    /// The names of its labels, in the order in which samples give their values. Never a viewer.
    public var labels: [String]
    public var help: String

    init(_ kind: Kind, _ name: String, _ labels: [String] = [], _ help: String) {
        self.name = name
        self.kind = kind
        self.labels = labels
        self.help = help
    }

    /// One value of a metric, with the values of its labels.
    public struct Sample: Equatable, Sendable {
        public var labels: [String]
        public var value: Double

        public init(_ labels: [String] = [], _ value: Double) {
            self.labels = labels
            self.value = value
        }
    }

    /// What a histogram has counted, with the values of its labels.
    public struct Distribution: Equatable, Sendable {
        public var labels: [String]
        /// Upper bounds of the buckets, ascending; the last bucket has none.
        public var bounds: [Double]
        /// How many values each bucket has, one more than there are bounds.
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
