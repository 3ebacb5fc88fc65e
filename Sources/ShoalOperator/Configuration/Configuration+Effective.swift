import ShoalKafka
package import ShoalOperations
import ShoalSchemas
import ShoalSettings

extension Configuration {
    /// The effective settings with the source of each, one line each. Secrets are shown as `***`.
    package var effectiveSettings: [String] {
        var rows = values.sorted { $0.key < $1.key }.map { name, value in
            (name, Self.isSecret(name, value.text) ? "***" : value.text.printable, value.source)
        }
        if privacyKey != nil, self[\.privacyKeyFile] == nil {
            rows.append(("the privacy key", "***", "SHOAL_PRIVACY_KEY"))
        }
        let widths = (rows.map(\.0.count).max() ?? 0, min(rows.map(\.1.count).max() ?? 0, 40))
        return rows.map { name, value, source in
            name.padding(to: widths.0 + 2) + value.padding(to: widths.1 + 2) + source
        }
    }

    private static func isSecret(_ name: String, _ value: String) -> Bool {
        guard name.hasPrefix("kafka."), !value.isEmpty else { return false }
        return ClientConfiguration.isSecret(String(name.dropFirst("kafka.".count)), value: value)
    }
}
