import Foundation
import ShoalKafka
import ShoalOperations
import ShoalOperator
import ShoalPipeline

/// The program.
@main
struct Shoal {
    static let commands: [Command] = [
        .run, .demo, .tryFile, .tune, .disclosure, .bench, .publish, .simulate, .changes, .replay, .diff, .verify,
        .explain, .label, .pseudonym, .eraseVerify, .erase, .auditLogVerify, .status, .reset, .deadLettersList,
        .deadLettersResubmit,
        .topicsCreate, .topicsDescribe, .accessAdd, .health, .configCheck, .configShow, .configDocs, .policyCheck,
        .metricsDocs, .manual, .version,
    ]

    static func main() async {
        StandardStream.open()
        Interrupt.hold()
        // A reader that closes its pipe, such as `head`, must not kill the process.
        signal(SIGPIPE, SIG_IGN)
        Program.end(await run(Array(CommandLine.arguments.dropFirst())))
    }

    static func run(_ words: [String]) async -> ExitCode {
        guard let first = words.first, words != ["help"], !["--help", "-h"].contains(first) else {
            Output.line(help)
            return words.isEmpty ? .usage : .ok
        }
        if first == "--version" { return await run(["version"]) }
        if first == "help" { return await run(words.dropFirst() + ["--help"]) }
        let two = words.prefix(2).joined(separator: " ")
        guard let command = commands.first(where: { $0.name == two }) ?? commands.first(where: { $0.name == first })
        else {
            let family = commands.filter { $0.name.hasPrefix(first + " ") }
            if !family.isEmpty, words.count == 2, ["--help", "-h"].contains(words[1]) {
                Output.line("usage: shoal \(first) COMMAND [options]\n\n\(list(family))")
                return .ok
            }
            Program.report("shoal: unknown command: \(first)\(CommandNames(commands.map(\.name)).hint(two, first))")
            return .usage
        }
        Interrupt.listen(endsWith: command.isStoppable ? .ok : .interrupted)
        do {
            let count = command.name.split(separator: " ").count
            let arguments = try Arguments(Array(words.dropFirst(count)), for: command)
            if arguments.has("help") {
                Output.line(command.help)
                return .ok
            }
            return try await command.run(arguments)
        } catch let reported as ReportedError {
            return code(of: reported.error)
        } catch {
            Program.report(error.message)
            return code(of: error)
        }
    }

    static func code(of error: any Error) -> ExitCode { error is UsageError ? .usage : ExitCode(error) }

    private static func list(_ commands: [Command]) -> String {
        commands.map { "  " + $0.name.padding(to: 23) + $0.summary }.joined(separator: "\n")
    }

    static var help: String {
        """
        shoal - clusters viewers by what they watch, online, from Kafka to Kafka

        usage: shoal COMMAND [options]

        \(list(commands))

        Run `shoal COMMAND --help` for the options of a command. librdkafka \(ClientConfiguration.libraryVersion).
        """
    }
}

extension Command {
    static let version = Command(
        name: "version", summary: "print the versions of Shoal and of librdkafka", isConfigured: false
    ) { _ in
        Output.line("shoal \(Program.version) (librdkafka \(ClientConfiguration.libraryVersion))")
        return .ok
    }
}
