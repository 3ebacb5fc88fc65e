import Foundation
import ShoalKafka
package import ShoalOperations
import ShoalPipeline
import ShoalSettings

/// The heads of the audit log in `audit.topic`. A record has the writer as its key, and the head as JSON, which tells nothing
/// of a person.
package struct AuditHeads: Sendable {
    /// A head with the time of its record, in ms since 1970.
    package struct Kept: Sendable {
        package var head: AuditChain.Head
        package var timeMs: Int64

        package init(_ head: AuditChain.Head, timeMs: Int64) {
            self.head = head
            self.timeMs = timeMs
        }
    }

    private let topic: String
    private let kafka: ClientConfiguration

    /// - Returns: nil without `audit.topic`.
    package init?(_ configuration: Configuration) {
        guard let topic = configuration[\.auditTopic] else { return nil }
        self.topic = topic
        kafka = configuration.client(configuration.logger)
    }

    /// Sends a head, and waits until brokers have acknowledged it.
    /// - Throws: `PipelineError` or `KafkaError`. Then nothing may be shown.
    func keep(_ head: AuditChain.Head) throws {
        let value = try JSONText.line(head).dropLast()
        let producer = try Producer(kafka)
        try producer.produce(to: topic, key: Array(head.writer.utf8).span, value: Array(value.utf8).span)
        try producer.deliver(to: topic)
    }

    /// Reads the heads of all writers. Passes over records that are not heads.
    /// - Parameter since: The first time, in ms since 1970.
    /// - Throws: `PipelineError` if the topic does not exist or cannot be read to its end; `KafkaError`.
    package func read(since: Int64?) async throws -> [Kept] {
        guard let ranges = try await Admin(kafka).ranges(of: topic) else {
            throw PipelineError(.missingData, "\(topic) does not exist")
        }
        var heads: [Kept] = []
        try await RangeReader(kafka, isShort: false).readWhole(ranges) { batch, index in
            guard batch.timestamp(index) >= since ?? .min, let value = batch.valueBytes(index),
                let head = try? JSONDecoder().decode(AuditChain.Head.self, from: Data(value))
            else { return }
            heads.append(Kept(head, timeMs: batch.timestamp(index)))
        }
        return heads
    }
}
