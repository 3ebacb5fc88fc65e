internal import ShoalKafka
internal import ShoalSchemas

/// Reads all models that the topic still has, and those that follow. Joins no group.
package struct ModelHistory: Sendable {
    private let options: PipelineOptions

    /// - Parameter options: of an instance of the application.
    package init(_ options: PipelineOptions) {
        self.options = options
    }

    /// Reads until the task is cancelled.
    /// - Parameter take: Called with each model, in their order. After an error, reading may begin again with the first one.
    /// - Throws: `KafkaError`, `ProtoError`, `RulesMismatch`, `KeyMismatch`; `CancellationError`.
    package nonisolated(nonsending) func follow(_ take: (ModelRecord) -> Void) async throws {
        let topic = options.topics.models
        let low = try await Admin(options.kafka).watermarks(of: TopicPartition(topic, 0)).low
        let reader = try ReaderClient(options.kafka).reader(topic: topic, partition: 0, from: low)
        var table = ModelTable(options.sealer(of: .models), keeping: .init(records: 1, bytes: 0))
        while true {
            try Task.checkCancellation()
            let batch = try reader.poll(max: 64)
            for message in 0..<batch.count {
                guard let value = batch.value(message) else { continue }
                if let record = try table.take(value, offset: batch.offset(message)) { take(record) }
            }
            if batch.count == 0 { await reader.wait(atMost: .seconds(30)) }
        }
    }
}
