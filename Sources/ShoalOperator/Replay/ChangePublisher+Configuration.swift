import ShoalClient
import ShoalKafka
package import ShoalOperations
package import ShoalPipeline
package import ShoalReplay
import ShoalSettings

extension ChangePublisher {
    /// Creates a publisher of changes in the configured format.
    /// - Throws: `UnknownTopic`; `KafkaError`.
    package convenience init(_ topic: String, _ configuration: Configuration, key: PrivacyKey) async throws {
        let client = configuration.client(configuration.logger)
        guard try await Admin(client).partitions(of: topic, timeout: .seconds(10)) != nil else {
            throw UnknownTopic(topic: topic)
        }
        try self.init(topic, client: client, key: key, isJSON: configuration[\.pipeline.outputFormat] == .json)
    }
}
