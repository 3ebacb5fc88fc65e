import ShoalKafka
import ShoalOperations
import ShoalOperator
import ShoalPipeline
import ShoalSettings

extension Command {
    static let configCheck = Command(
        name: "config check", summary: "check the settings and list every mistake",
        options: [Option("sample", "FILE", "also read a file of events, and list the records that are none")],
        details: """
            Also reads the files that settings refer to: the key, topics, passwords and certificates. Contacts no broker.
            """,
        examples: ["shoal config check --config shoal.properties --sample events.ndjson"]
    ) { arguments in
        let configuration = try arguments.configuration()
        let options = try configuration.pipelineOptions(configuration.logger)
        // librdkafka checks certificates and combinations of properties when a client starts.
        _ = try Admin(options.kafka)
        Output.line("the configuration is valid")
        for concern in configuration.concerns { Output.line("note: \(concern)") }
        guard let sample = try arguments["sample"].map({ try SampleCheck($0, configuration) }) else { return .ok }
        for line in sample.lines { Output.line(line) }
        return sample.faults == 0 ? .ok : .different
    }

    static let configShow = Command(
        name: "config show", summary: "print the effective settings and the source of each",
        details: "Secrets are shown as ***.",
        examples: ["shoal config show --config shoal.properties", "SHOAL_COMMIT_INTERVAL=50ms shoal config show"]
    ) { arguments in
        let configuration = try arguments.configuration()
        for line in configuration.effectiveSettings { Output.line(line) }
        return .ok
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
