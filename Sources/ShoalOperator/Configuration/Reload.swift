import Foundation
import ShoalKafka
import ShoalOperations
import ShoalPipeline
import ShoalSettings
import Synchronization

/// Reloads the settings of a running instance on SIGHUP: applies those that can change without a restart, and logs the
/// action required for others. An invalid configuration changes nothing.
final class Reload: Sendable {
    private let read: @Sendable () throws -> Configuration
    private let logger: Logger
    private let clients: Clients
    private let current: Mutex<State>

    private struct State {
        var configuration: Configuration
        /// The modification times of certificate files.
        var dates: [String: Date]
    }

    /// The settings that a running instance applies.
    static let settings: Set = [
        "log.level", "kafka.sasl.username", "kafka.sasl.password", "kafka.sasl.password.file",
    ]

    /// - Parameters:
    ///   - configuration: The configuration of the instance.
    ///   - clients: The clients of the instance.
    ///   - read: Reads the configuration again.
    init(
        _ configuration: Configuration, _ logger: Logger, _ clients: Clients,
        read: @escaping @Sendable () throws -> Configuration
    ) {
        self.read = read
        self.logger = logger
        self.clients = clients
        current = Mutex(State(configuration: configuration, dates: Self.dates(configuration)))
    }

    func run() {
        let next: Configuration
        do {
            next = try read()
        } catch {
            return logger.log(.error, "settings cannot be read: they stay as they are", [("error", "\(error)")])
        }
        current.withLock { state in
            let old = state.configuration
            apply(old, next)
            tellRest(old, next)
            let dates = Self.dates(next)
            for (name, date) in dates.sorted(by: { $0.key < $1.key }) {
                guard let before = state.dates[name], before != date else { continue }
                logger.log(
                    .warning, "a file that is read only at the start has changed: restart the instance",
                    [("setting", name)])
            }
            // Settings that need a restart are reported again at the next reload.
            for name in Self.settings { state.configuration.take(name, from: next) }
        }
    }

    private func apply(_ old: Configuration, _ next: Configuration) {
        var changed: [String] = []
        let level = Logger.Level(next[\.logLevel])
        if level != logger.level { changed.append("log.level=\(level.rawValue)") }
        let names = ["sasl.username", "sasl.password"]
        if names.contains(where: { old.kafka[$0] != next.kafka[$0] }), let user = next.kafka[names[0]],
            let password = next.kafka[names[1]]
        {
            if let problem = clients.authenticate(user, password) {
                logger.log(.error, "user and password of the brokers stay as they are", [("error", problem.message)])
            } else {
                changed.append("user and password of the brokers, for every new connection")
            }
        }
        let list = changed.isEmpty ? "nothing" : changed.joined(separator: ", ")
        // Logged with the old level, so that it appears even if the new one is higher.
        logger.log(.info, "read the settings again", [("changed", list)])
        logger.level = level
    }

    /// Logs the changed settings that need a restart.
    private func tellRest(_ old: Configuration, _ next: Configuration) {
        let names = Set(old.values.keys).union(next.values.keys).subtracting(Self.settings).sorted()
        for name in names where old.text(of: name) != next.text(of: name) {
            let scope = Setting.setting(named: name)?.scope ?? .operational
            let advice =
                switch scope {
                case .operational: "restart the instance"
                case .recorded: "it reaches the result: raise settings.revision, and restart the instances one by one"
                case .atStart: "it is read only when an application starts for the first time"
                case .fixedForLife: "it is fixed for the application's life: use another application.id"
                }
            logger.log(.warning, "a setting has changed without effect", [("setting", name), ("advice", advice)])
        }
        if old.privacyKey != next.privacyKey {
            logger.log(.warning, "the privacy key has changed without effect: it is fixed for the application's life")
        }
    }

    /// Returns the modification times of the files that TLS reads when a client starts.
    private static func dates(_ configuration: Configuration) -> [String: Date] {
        let files = configuration.values.filter { $0.key.hasPrefix("kafka.ssl.") && $0.key.hasSuffix(".location") }
        return files.compactMapValues { value in
            (try? FileManager.default.attributesOfItem(atPath: value.text))?[.modificationDate] as? Date
        }
    }
}
