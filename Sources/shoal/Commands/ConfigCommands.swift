import ShoalKafka
import ShoalOperations
import ShoalOperator
import ShoalPipeline
import ShoalSchemas
import ShoalSettings

extension Command {
    static let configCheck = Command(
        name: "config check", summary: "check the settings and list every mistake",
        details: """
            Also reads the files that settings refer to: the key, topics, passwords and certificates. Contacts no broker.
            """,
        examples: ["shoal config check --config shoal.properties"]
    ) { arguments in
        let configuration = try arguments.configuration()
        let options = try configuration.pipelineOptions(configuration.logger)
        // librdkafka checks certificates and combinations of properties when a client starts.
        _ = try Admin(options.kafka)
        Output.line("the configuration is valid")
        return .ok
    }

    static let configShow = Command(
        name: "config show", summary: "print the effective settings and the source of each",
        details: "Secrets are shown as ***.",
        examples: ["shoal config show --config shoal.properties", "SHOAL_COMMIT_INTERVAL=50ms shoal config show"]
    ) { arguments in
        let configuration = try arguments.configuration()
        var rows = configuration.values.sorted { $0.key < $1.key }.map { name, value in
            (name, Self.isSecret(name, value.text) ? "***" : value.text.printable, value.source)
        }
        if configuration.privacyKey != nil, configuration[\.privacyKeyFile] == nil {
            rows.append(("the privacy key", "***", "SHOAL_PRIVACY_KEY"))
        }
        let widths = (rows.map(\.0.count).max() ?? 0, min(rows.map(\.1.count).max() ?? 0, 40))
        for (name, value, source) in rows {
            Output.line(name.padding(to: widths.0 + 2) + value.padding(to: widths.1 + 2) + source)
        }
        return .ok
    }

    private static func isSecret(_ name: String, _ value: String) -> Bool {
        guard name.hasPrefix("kafka."), !value.isEmpty else { return false }
        return ClientConfiguration.isSecret(String(name.dropFirst("kafka.".count)), value: value)
    }

    static let configDocs = Command(
        name: "config docs", summary: "print the table of all settings",
        options: [Option("format", "F", "markdown or text (markdown)")], isConfigured: false,
        examples: ["shoal config docs --format text | less"]
    ) { arguments in
        switch arguments["format"] ?? "markdown" {
        case "markdown": Output.line(Setting.markdown)
        case "text": Output.line(Setting.text())
        case let other: throw UsageError(description: "--format \(other): must be markdown or text")
        }
        return .ok
    }
}
