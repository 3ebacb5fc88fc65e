import ShoalClustering
import ShoalKafka
package import ShoalOperations
package import ShoalPipeline
import ShoalSchemas
import ShoalSettings

extension StatusReader {
    /// Creates a reader of the configured application.
    package init(_ configuration: Configuration) throws {
        try self.init(
            application: configuration[\.applicationID], topics: configuration.topics,
            kafka: configuration.client(configuration.logger), input: configuration.inputOptions,
            partitioner: configuration[\.engine].fixed.partitioner,
            allowsFuture: configuration[\.pipeline.allowsFuture])
    }
}
