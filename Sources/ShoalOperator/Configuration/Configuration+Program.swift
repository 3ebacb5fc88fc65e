import Foundation
package import ShoalOperations
import Synchronization

extension Configuration {
    /// Reads the configuration of the program. Warns once of variables that are ignored.
    /// - Parameters:
    ///   - file: The file of settings; nil for that of `SHOAL_CONFIG`.
    ///   - sets: `key=value` arguments, which take precedence.
    ///   - created: Names of settings whose files may be missing, because the command creates them.
    package static func ofProgram(
        file: String?, sets: [String], created: Set<String> = []
    ) throws(Invalid) -> Configuration {
        let environment = ProcessInfo.processInfo.environment
        let configuration = try Configuration(
            file: file ?? environment["SHOAL_CONFIG"], environment: environment, sets: sets, created: created,
            kafkaCheck: KafkaProperty.problem)
        if !configuration.ignoredVariables.isEmpty, isFirstWarning.exchange(false, ordering: .relaxed) {
            configuration.logger.log(
                .warning,
                "variables that Kubernetes sets for services were ignored; enableServiceLinks: false avoids "
                    + "them",
                [("variables", configuration.ignoredVariables.joined(separator: " "))])
        }
        return configuration
    }

    /// Settings are read several times; the warning is given once.
    private static let isFirstWarning = Atomic(true)
}
