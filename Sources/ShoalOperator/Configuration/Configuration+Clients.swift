package import ShoalKafka
package import ShoalOperations
import ShoalSettings

extension Configuration {
    /// Returns librdkafka's properties, with its log redirected to ours.
    package func client(_ logger: Logger) -> ClientConfiguration {
        let limit = RateLimit(.seconds(30))
        return ClientConfiguration(kafka) { line in
            // Lost connections are normal. Relevant errors are returned by calls.
            let level: Logger.Level = line.level <= 3 && line.facility != "FAIL" ? .warning : .debug
            guard level >= logger.level else { return }
            let isAll = logger.level == .debug
            guard let held = isAll ? 0 : limit.pass("\(line.level) \(line.facility)") else { return }
            let fields = [("source", "librdkafka")] + (held > 0 ? [("held_back", "\(held)")] : [])
            logger.log(level, line.text, fields)
        }
    }

    /// The log as configured.
    package var logger: Logger {
        let text: Logger.Format = StandardStream.error.hasColor ? .color : .text
        let format: Logger.Format =
            switch self[\.logFormat] {
            case .json: .json
            case .text: text
            case .auto: StandardStream.error.isTerminal ? text : .json
            }
        return Logger(label: "shoal", level: Logger.Level(self[\.logLevel]), format: format)
    }
}
