/// A metric with its definition and the way its values are read from a state. Exposition and documentation come from
/// tables of these.
public struct StateMetric<State>: Sendable {
    public let definition: Metric
    /// Adds the metric with its current values to a text. Without values nothing is added.
    let add: @Sendable (State, inout MetricText) -> Void

    /// Returns a metric with labels.
    public static func samples(
        _ kind: Metric.Kind, _ name: String, _ labels: [String], _ help: String,
        _ read: @escaping @Sendable (State) -> [Metric.Sample]
    ) -> Self {
        let definition = Metric(kind, name, labels, help)
        return Self(definition: definition) { $1.add(definition, read($0)) }
    }

    /// Returns a metric without labels. It is left out while its value is nil.
    public static func value(
        _ kind: Metric.Kind, _ name: String, _ help: String, _ read: @escaping @Sendable (State) -> Double?
    ) -> Self {
        samples(kind, name, [], help) { state in read(state).map { [.init([], $0)] } ?? [] }
    }

    /// Returns a metric without labels whose value is a whole number.
    public static func count<Count: BinaryInteger & SendableMetatype>(
        _ kind: Metric.Kind, _ name: String, _ help: String, _ read: @escaping @Sendable (State) -> Count?
    ) -> Self {
        value(kind, name, help) { read($0).map { Double($0) } }
    }

    /// Returns a histogram with labels.
    public static func distributions(
        _ name: String, _ labels: [String], _ help: String,
        _ read: @escaping @Sendable (State) -> [Metric.Distribution]
    ) -> Self {
        let definition = Metric(.histogram, name, labels, help)
        return Self(definition: definition) { $1.add(definition, read($0)) }
    }
}

extension MetricText {
    /// Adds the metrics of a table with their values in a state.
    public mutating func add<State>(_ table: [StateMetric<State>], of state: State) {
        for metric in table { metric.add(state, &self) }
    }
}
