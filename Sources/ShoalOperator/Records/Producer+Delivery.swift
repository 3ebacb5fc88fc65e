import ShoalKafka
import ShoalPipeline

extension Producer {
    /// Waits until brokers have acknowledged all records.
    /// - Parameter topic: To which they were sent, for messages.
    /// - Throws: `PipelineError` without the right to write; `KafkaError`.
    func deliver(to topic: String) throws {
        do {
            try flush(timeout: .seconds(60))
        } catch {
            // Without Write on any topic, an idempotent producer gets no id, whatever the records.
            guard let fatal = fatalError, fatal.isAuthorization else { throw error }
            throw PipelineError(
                .notAuthorized, "cannot send to \(topic): \(fatal.brief): grant Write on topic \(topic)")
        }
    }
}
