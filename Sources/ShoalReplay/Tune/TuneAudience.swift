#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// How much each topic was watched by all viewers, or by those of a cluster.
struct TuneAudience {
    private var amounts: [Double]
    private var total = 0.0
    /// The amounts of all viewers that may be added to those of a cluster, so that few watches tell little.
    static let priors = [30.0, 100, 300, 1_000, 3_000, 10_000, 30_000]

    init(topics: Int) { amounts = Array(repeating: 0, count: topics) }

    /// - Parameter weight: of the watch, 0 … 1.
    mutating func add(_ topics: ArraySlice<Int32>, weight: Double) {
        for topic in topics { amounts[Int(topic)] += weight }
        total += weight * Double(topics.count)
    }

    /// Returns the topics with the highest amounts; of equal ones, those that the log has first.
    func most(_ number: Int) -> [Int32] {
        amounts.indices.filter { amounts[$0] > 0 }.sorted { (-amounts[$0], $0) < (-amounts[$1], $1) }
            .prefix(number).map { Int32($0) }
    }

    /// The probability of a topic. Topics that were never watched have half a watch.
    private func probability(_ topic: Int32) -> Double {
        (amounts[Int(topic)] + 0.5) / (total + 0.5 * Double(amounts.count))
    }

    /// The bits by which topics are less surprising for these viewers than for all, on average, with each of `priors`.
    func gains(_ topics: ArraySlice<Int32>, over all: TuneAudience) -> [Double] {
        var gains = [Double](repeating: 0, count: Self.priors.count)
        for topic in topics {
            let general = all.probability(topic)
            for (index, prior) in Self.priors.enumerated() {
                gains[index] += log2((amounts[Int(topic)] + prior * general) / (total + prior) / general)
            }
        }
        return gains.map { $0 / Double(max(topics.count, 1)) }
    }
}
