import ShoalKafka
package import ShoalOperations
import ShoalPipeline
import ShoalSettings

extension InstanceService {
    /// Runs an instance with an id of its own on this host, and logs its start and the error that ends it.
    /// - Parameter read: Reads the configuration again.
    /// - Throws: `Configuration.Invalid`; `ReportedError`, which is logged already.
    package static func start(
        _ configuration: Configuration, read: @escaping @Sendable () throws -> Configuration
    ) async throws {
        let logger = configuration.logger
        var options = try configuration.pipelineOptions(logger)
        let claim =
            configuration[\.instanceID].map { InstanceClaim.exactly(options.application, id: $0) }
            ?? .first(options.application, host: options.instance)
        defer { withExtendedLifetime(claim) {} }
        options.instance = claim.id
        logger.log(
            .info, "starting",
            [
                ("version", Program.version),
                ("application", options.application), ("instance", options.instance),
                ("brokers", configuration[\.bootstrapServers]), ("input", options.topics.input),
                ("librdkafka", ClientConfiguration.libraryVersion),
            ])
        do {
            try await run(configuration, options, logger, read: read)
        } catch {
            // Log readers need the final error as well.
            logger.log(
                .error, "stopped by an error",
                [("error", error.message), ("exit_status", "\(ExitCode(error).rawValue)")])
            throw ReportedError(error: error)
        }
    }
}
