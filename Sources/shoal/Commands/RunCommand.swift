import Foundation
import ShoalKafka
import ShoalOperations
import ShoalPipeline

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
            configuration["instance.id"].map { InstanceClaim.exactly(options.application, id: $0) }
            ?? .first(options.application, host: options.instance)
        defer { withExtendedLifetime(claim) {} }
        options.instance = claim.id
        logger.log(
            .info, "shoal \(Shoal.version)",
            [
                ("application", options.application), ("instance", options.instance),
                ("brokers", configuration.text("kafka.bootstrap.servers")), ("input", options.topics.input),
                ("librdkafka", ClientConfiguration.libraryVersion),
            ])
        do {
            try await run(configuration, options, logger) { try arguments.configuration() }
        } catch {
            // Log readers need the final error as well.
            logger.log(.error, "\(error)", [("exit_status", "\(Shoal.code(of: error).rawValue)")])
            throw Reported(error: error)
        }
        return .ok
    }

    /// - Parameter read: Reads the configuration again.
    private static func run(
        _ configuration: Configuration, _ options: PipelineOptions, _ logger: Logger,
        read: @escaping @Sendable () throws -> Configuration
    ) async throws {
        let instance = try Instance(options, log: PipelineLog(logger))
        let service = try report(instance)
        let server: HTTPServer?
        do {
            server = try serve(instance, configuration, options, logger)
        } catch {
            service?.end(error)
            throw error
        }
        let reload = Reload(configuration, logger, options.kafka.clients, read: read)
        let hangup: @Sendable () -> Void = {
            if let service { service.reload { reload.run() } } else { reload.run() }
        }
        // On a terminal, a hangup means that the terminal was closed, so the process ends.
        let interrupt = Interrupt(hangup: StandardStream.error.isTerminal ? nil : hangup) {
            service?.stop()
            instance.stop()
        }
        let outcome = await work(instance, isServed: server != nil, logger)
        // The server answers until everything else has ended.
        await server?.stop()
        _ = interrupt
        if case .failure(let error) = outcome { service?.end(error) } else { service?.end(nil) }
        try outcome.get()
    }

    /// Starts reporting to the service manager, if there is one.
    private static func report(_ instance: Instance) throws -> ServiceReporter? {
        guard let manager = try ServiceManager(ProcessInfo.processInfo.environment) else { return nil }
        return ServiceReporter(manager) {
            ServiceReport.Observation(liveness: instance.liveness, snapshot: instance.statistics.snapshot)
        }
    }

    /// Serves health and metrics over HTTP, if enabled.
    private static func serve(
        _ instance: Instance, _ configuration: Configuration, _ options: PipelineOptions, _ logger: Logger
    ) throws -> HTTPServer? {
        guard var address = configuration["http.listen"].flatMap({ ListenAddress($0) }) else { return nil }
        let server = try HTTPServer(address, routes: instance.routes(options))
        address.port = server.port
        logger.log(
            .info, "health and metrics are served on \(address)",
            [("address", "\(address)"), ("port", "\(server.port)")])
        return server
    }

    private static func work(
        _ instance: Instance, isServed: Bool, _ logger: Logger
    ) async -> Result<Void, any Error> {
        do {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await instance.run() }
                tasks.addTask { try await reportProgress(instance.statistics, logger) }
                tasks.addTask { try await watchMemory(logger) }
                if isServed {
                    tasks.addTask {
                        while true {
                            await instance.askBrokers()
                            try await Task.sleep(for: .seconds(5))
                        }
                    }
                }
                defer { tasks.cancelAll() }
                try await tasks.next()
            }
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    /// Warns when the process comes near the memory that it may have.
    private static func watchMemory(_ logger: Logger) async throws {
        var warning = MemoryUse.Warning()
        while true {
            if let use = MemoryUse.now, warning.isDue(use) {
                logger.log(
                    .warning,
                    "memory is above 80 % of what this process may have: raise the limit, add instances, or bound the "
                        + "members (members.max, member.ttl)",
                    [("resident_bytes", "\(use.resident)"), ("allowed_bytes", "\(use.allowed)")])
            }
            try await Task.sleep(for: .seconds(10))
        }
    }

    /// Logs the progress every ten seconds in which there was any.
    private static func reportProgress(_ statistics: PipelineStatistics, _ logger: Logger) async throws {
        var last = statistics.snapshot
        while true {
            try await Task.sleep(for: .seconds(10))
            let now = statistics.snapshot
            guard now.totals != last.totals || now.changes != last.changes else { continue }
            let epochs = now.partitions.values.compactMap(\.epoch)
            logger.log(
                .info, "\((now.totals.events - last.totals.events) / 10) events a second",
                [
                    ("members", "\(now.members)"), ("clusters", "\(now.clusters)"), ("changes", "\(now.changes)"),
                    ("epoch", epochs.max().map(String.init) ?? "genesis"),
                    ("model", now.model.map(String.init) ?? "genesis"),
                    ("rejected", "\(now.rejected.values.reduce(0, +))"), ("duplicates", "\(now.totals.duplicates)"),
                    ("late", "\(now.totals.late)"), ("early", "\(now.totals.early)"),
                ])
            last = now
        }
    }
}

extension PipelineLog {
    /// Writes to the program's log.
    init(_ logger: Logger) {
        self.init { entry in
            let level: Logger.Level =
                switch entry.level {
                case .debug: .debug
                case .info: .info
                case .warning: .warning
                case .error: .error
                }
            logger.log(level, entry.message, entry.fields)
        }
    }
}
