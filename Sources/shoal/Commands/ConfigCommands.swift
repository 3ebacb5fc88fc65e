import Foundation
import Kafka
import Operations

extension Command {
    static let configCheck = Command(
        name: "config check", summary: "check the settings, and list every mistake",
        examples: ["shoal config check --config shoal.properties"]
    ) { arguments in
        let configuration = try arguments.configuration()
        _ = try configuration.pipelineOptions(configuration.logger)
        print("the configuration is right")
        return .ok
    }

    static let configShow = Command(
        name: "config show", summary: "print the settings in force, and where each comes from",
        examples: ["shoal config show --config shoal.properties", "SHOAL_COMMIT_INTERVAL=50ms shoal config show"]
    ) { arguments in
        let configuration = try arguments.configuration()
        for (name, value) in configuration.values.sorted(by: { $0.key < $1.key }) {
            let isSecret = name.hasPrefix("kafka.") && ClientConfiguration.secrets.contains(String(name.dropFirst(6)))
            print("\(name)=\(isSecret ? "***" : value.text)".padding(to: 44) + "# \(value.source)")
        }
        return .ok
    }

    static let configDocs = Command(
        name: "config docs", summary: "print the table of all settings as Markdown", isConfigured: false
    ) { _ in
        print(Setting.documentation)
        return .ok
    }
}
