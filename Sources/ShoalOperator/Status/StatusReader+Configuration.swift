import ShoalClustering
import ShoalKafka
package import ShoalOperations
package import ShoalPipeline
import ShoalSchemas

extension StatusReader {
    /// Creates a reader of the configured application.
    package init(_ configuration: Configuration) throws {
        try self.init(
            application: configuration.text("application.id"), topics: configuration.topics,
            kafka: configuration.client(configuration.logger), input: configuration.inputOptions,
            partitioner: configuration.engineSettings.fixed.partitioner,
            allowsFuture: configuration.text("epoch.future") == "allow")
    }
}
