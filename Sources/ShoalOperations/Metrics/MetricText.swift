/// Metrics in Prometheus' text format 0.0.4.
public struct MetricText: Sendable {
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"
    public private(set) var text = ""

    public init() {}

    /// Adds a counter or gauge. Without samples nothing is written.
    public mutating func add(_ metric: Metric, _ samples: [Metric.Sample]) {
        guard !samples.isEmpty else { return }
        head(metric)
        for sample in samples { line(metric.name, zip(metric.labels, sample.labels), sample.value) }
    }

    /// Adds a histogram with cumulative buckets.
    public mutating func add(_ metric: Metric, _ distributions: [Metric.Distribution]) {
        guard !distributions.isEmpty else { return }
        head(metric)
        for distribution in distributions {
            let labels = Array(zip(metric.labels, distribution.labels))
            let bounds = distribution.bounds + [.infinity]
            var total: Int64 = 0
            for (bound, count) in zip(bounds, distribution.counts) {
                total += count
                line("\(metric.name)_bucket", labels + [("le", Self.number(bound))], Double(total))
            }
            line("\(metric.name)_sum", labels, distribution.sum)
            line("\(metric.name)_count", labels, Double(total))
        }
    }

    private mutating func head(_ metric: Metric) {
        let help = metric.help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        text += "# HELP \(metric.name) \(help)\n# TYPE \(metric.name) \(metric.kind.rawValue)\n"
    }

    private mutating func line(_ name: String, _ labels: some Sequence<(String, String)>, _ value: Double) {
        let pairs = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
        text += name + (pairs.isEmpty ? "" : "{\(pairs)}") + " \(Self.number(value))\n"
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value == value.rounded() && value.magnitude < 1e15 ? "\(Int64(value))" : "\(value)"
    }
}
