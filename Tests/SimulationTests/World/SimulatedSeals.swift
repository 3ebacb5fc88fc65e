@testable import ShoalPipeline

/// The sealers of the internal topics of a run.
struct SimulatedSeals {
    let deltas: RecordSealer
    let models: RecordSealer
    private let states: [RecordSealer]

    init(_ key: PrivacyKey, partitions: Int) {
        deltas = RecordSealer(key, topic: "deltas", partition: 0)
        models = RecordSealer(key, topic: "models", partition: 0)
        states = (0..<Int32(partitions)).map { RecordSealer(key, topic: "state", partition: $0) }
    }

    /// Returns that of a partition's state; for the coordinator, which has none, any.
    func state(_ part: AssignedPartition) -> RecordSealer {
        if case .input(let partition) = part { return states[Int(partition)] }
        return deltas
    }
}
