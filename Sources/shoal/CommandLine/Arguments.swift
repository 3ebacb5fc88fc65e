import ShoalOperations
import ShoalOperator

/// The parsed arguments of a command.
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
        for option in command.allOptions where option.value != nil && !option.isRepeatable {
            let given = all(option.name)
            guard given.count > 1 else { continue }
            throw UsageError(
                description:
                    "--\(option.name) is given \(given.count) times: \(given.joined(separator: ", ")). Only one "
                    + "value counts; leave one.")
        }
        if !has("help"), positional.count > command.arguments.count, command.arguments.last?.hasSuffix("...") != true {
            throw UsageError(
                description: "shoal \(command.name): unexpected argument \(positional[command.arguments.count])")
        }
    }

    func has(_ name: String) -> Bool { values[name] != nil }
    subscript(name: String) -> String? { values[name]?.last }
    func all(_ name: String) -> [String] { values[name] ?? [] }

    /// Returns an integer.
    func integer(_ name: String, or standard: Int) throws -> Int {
        guard let text = self[name] else { return standard }
        guard let number = Int(text), number >= 0 else {
            throw UsageError(description: "--\(name) \(text): must be a whole number")
        }
        return number
    }

    /// Returns the configuration named by the arguments.
    /// - Parameters:
    ///   - file: Replaces `--config`.
    ///   - sets: Take precedence over all other values.
    ///   - created: Names of settings whose files may be missing, because the command creates them.
    func configuration(
        file: String? = nil, sets: [String] = [], created: Set<String> = []
    ) throws(Configuration.Invalid) -> Configuration {
        let brokers = all("bootstrap").map { "kafka.bootstrap.servers=\($0)" }
        return try .ofProgram(file: file ?? self["config"], sets: brokers + all("set") + sets, created: created)
    }
}
