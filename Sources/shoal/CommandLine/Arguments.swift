import Foundation
import Kafka
import Operations

/// The arguments of a command, sorted out.
struct Arguments: Sendable {
    private(set) var positional: [String] = []
    private var values: [String: [String]] = [:]

    /// - Throws: `UsageError`.
    init(_ words: [String], for command: Command) throws {
        var index = 0
        var isLiteral = false
        while index < words.count {
            let word = words[index]
            index += 1
            if isLiteral || !word.hasPrefix("-") || word == "-" {
                positional.append(word)
                continue
            }
            if word == "--" {
                isLiteral = true
                continue
            }
            let parts = word.drop { $0 == "-" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = word == "-h" ? "help" : String(parts.first ?? "")
            guard let option = command.allOptions.first(where: { $0.name == name }) else {
                let nearest = Names.nearest(name, command.allOptions.map(\.name))
                throw UsageError(
                    description: "shoal \(command.name): unknown option \(word)"
                        + (nearest.map { "; did you mean --\($0)?" } ?? "") + " (--help lists them)")
            }
            if option.value == nil {
                guard parts.count == 1 else { throw UsageError(description: "--\(name) takes no value") }
                values[name, default: []].append("")
            } else if parts.count == 2 {
                values[name, default: []].append(String(parts[1]))
            } else {
                guard index < words.count else {
                    throw UsageError(description: "--\(name) needs a value: --\(name) \(option.value ?? "")")
                }
                values[name, default: []].append(words[index])
                index += 1
            }
        }
        if !has("help"), positional.count > command.arguments.count {
            throw UsageError(
                description: "shoal \(command.name): unexpected argument \(positional[command.arguments.count])")
        }
    }

    func has(_ name: String) -> Bool { values[name] != nil }
    subscript(name: String) -> String? { values[name]?.last }
    func all(_ name: String) -> [String] { values[name] ?? [] }

    /// A whole number.
    func integer(_ name: String, or standard: Int) throws -> Int {
        guard let text = self[name] else { return standard }
        guard let number = Int(text), number >= 0 else {
            throw UsageError(description: "--\(name) \(text): must be a whole number")
        }
        return number
    }

    /// The configuration that the arguments name.
    func configuration() throws(Configuration.Invalid) -> Configuration {
        let environment = ProcessInfo.processInfo.environment
        return try Configuration(
            file: self["config"] ?? environment["SHOAL_CONFIG"], environment: environment, sets: all("set"),
            kafkaCheck: ClientConfiguration.problem)
    }
}

extension Configuration {
    /// librdkafka's settings, its log into ours.
    func client(_ logger: Logger) -> ClientConfiguration {
        ClientConfiguration(kafka) { line in
            // Connections come and go; what matters comes back as an error of a call.
            let level: Logger.Level = line.level <= 3 ? .warning : .debug
            logger.log(
                level == .warning && line.facility == "FAIL" ? .debug : level, line.text, [("source", "librdkafka")])
        }
    }

    /// The log that the settings ask for.
    var logger: Logger {
        let isTerminal = isatty(2) == 1
        let format: Logger.Format =
            switch text("log.format") {
            case "json": .json
            case "text": .text
            default: isTerminal ? .text : .json
            }
        return Logger(label: "shoal", level: Logger.Level(rawValue: text("log.level")) ?? .info, format: format)
    }
}
