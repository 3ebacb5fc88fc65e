import Foundation
import ShoalKafka
import ShoalOperations
import ShoalPipeline
import ShoalSettings

/// Runs an instance with its health routes, service reports, progress log and reload.
package enum InstanceService {
    /// Runs until a signal or an error.
    /// - Parameter read: Reads the configuration again.
    static func run(
        _ configuration: Configuration, _ options: PipelineOptions, _ logger: Logger,
        read: @escaping @Sendable () throws -> Configuration
    ) async throws {
        let instance = try Instance(options, log: PipelineLog(logger))
        let service = try report(instance)
        let api = InstanceAPI(instance, configuration, options, logger)
        let servers: [HTTPServer?]
        do {
            servers = [
                try serve(instance, api?.statistics, configuration, options, logger), try api?.serve(),
            ]
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
        let outcome = await work(instance, api?.clusters, isServed: servers[0] != nil, logger)
        // The servers answer until everything else has ended.
        for server in servers { await server?.stop() }
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
        _ instance: Instance, _ api: APIStatistics?, _ configuration: Configuration, _ options: PipelineOptions,
        _ logger: Logger
    ) throws -> HTTPServer? {
        guard var address = configuration[\.httpListen] else { return nil }
        let server = try HTTPServer(address, routes: instance.routes(options, api))
        address.port = server.port
        logger.log(
            .info, "health and metrics are served",
            [("address", "\(address)"), ("port", "\(server.port)")])
        return server
    }

    private static func work(
        _ instance: Instance, _ live: LiveClusters?, isServed: Bool, _ logger: Logger
    ) async -> Result<Void, any Error> {
        do {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await instance.run() }
                tasks.addTask { try await reportProgress(instance.statistics, logger) }
                tasks.addTask { try await watchMemory(logger) }
                if let live { tasks.addTask { try await live.follow() } }
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
                .info, "progress",
                [
                    ("events_per_second", "\((now.totals.events - last.totals.events) / 10)"),
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
