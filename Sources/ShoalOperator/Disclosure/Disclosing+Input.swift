package import ShoalOperations
package import ShoalReplay
import ShoalSettings

extension Disclosing {
    /// Reads what is measured: a file, a topic, or what the input of the configured application has at this moment.
    /// - Parameter corrections: Parts of the mapping.
    /// - Throws: as `TryInput.init(file:topic:corrections:_:)`.
    package static func input(
        file: String?, topic: String?, corrections: [String], _ configuration: Configuration
    ) async throws -> TryInput {
        guard file == nil, topic == nil else {
            return try await TryInput(file: file, topic: topic, corrections: corrections) { configuration }
        }
        // The defaults would name a broker and a topic that nobody asked for.
        let given = configuration.given
        guard given["input.topic"] != nil || given["kafka.bootstrap.servers"] != nil else {
            throw UsageError(
                description:
                    "There is nothing to measure. Name a FILE; or a topic, with --topic T; or an application, with "
                    + "--config FILE, which has its kafka.bootstrap.servers and input.topic (see --help)")
        }
        let topic = configuration[\.inputTopic]
        return try await TryInput(
            topic, named: "input.topic=\(topic)", corrections: corrections, isNewest: true, configuration)
    }
}
