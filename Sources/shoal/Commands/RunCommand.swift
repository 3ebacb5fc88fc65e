import Foundation
import ShoalKafka
import ShoalOperations
import ShoalOperator
import ShoalPipeline
import ShoalSettings

extension Command {
    static let run = Command(
        name: "run", summary: "read watch events as a group member and publish cluster changes",
        isStoppable: true,
        details: """
            Joins the consumer group application.id, takes over its share of the input's partitions, and publishes cluster
            changes with exactly-once semantics. SIGTERM and Ctrl-C: process what was read, commit, and leave the group; a second
            signal ends the process at once. SIGHUP, unless from a terminal: read the settings again, and apply log.level and the
            brokers' user and password; the log lists other changed settings and what they require. Under systemd (Type=notify,
            WatchdogSec) the process reports when it is ready, what it waits for, and that all of its components make progress.
            """,
        examples: [
            "(umask 077; openssl rand -hex 32 > shoal.key)",
            "shoal topics create --set kafka.bootstrap.servers=broker:9092",
            "shoal run --set kafka.bootstrap.servers=broker:9092 --set privacy.key-file=shoal.key",
            "shoal run --config /etc/shoal/shoal.properties",
        ]
    ) { arguments in
        let configuration = try arguments.configuration()
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
            try await InstanceService.run(configuration, options, logger) { try arguments.configuration() }
        } catch {
            // Log readers need the final error as well.
            logger.log(
                .error, "stopped by an error",
                [("error", error.message), ("exit_status", "\(Shoal.code(of: error).rawValue)")])
            throw Reported(error: error)
        }
        return .ok
    }
}
