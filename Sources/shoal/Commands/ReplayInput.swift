import ShoalOperations
import ShoalOperator
import ShoalReplay
import ShoalSchemas
import ShoalSettings

/// The input of a replay from the command line: a file, or a range of the input topic.
struct ReplayInput: Sendable {
    static let options = [
        Command.Option("topic", "T", "topic to read if there is no FILE (input.topic)"),
        Command.Option("from", "WHERE", "start: beginning, a time, or offsets (beginning)"),
        Command.Option("to", "WHERE", "end, exclusive: end, a time, or offsets (end)"),
        Command.Option("epochs", "HOW", "clock: like a live run; given: by each event's own time (clock)"),
        Command.Option("partitions", "N", "number of partitions to distribute the viewers of a FILE over (4)"),
        .stall,
    ]

    static let details = """
        FILE holds watch events: \(EventFormat.explanations); plain, gzip or zstd. `-` is standard input. Without FILE, the \
        input topic is read. A time is compared with the timestamps of records: 2026-11-24T10:00:00Z, or milliseconds \
        since 1970. Offsets are PARTITION:OFFSET, separated by commas.
        With --epochs given, each event belongs to the epoch of its own time, whatever the order of events, and the \
        result does not depend on the number of partitions.
        """.wrapped(112)

    var source: ReplaySource
    var options: ReplayOptions
    private let stallLimit: Duration

    /// - Throws: `UsageError`; `Configuration.Invalid`; `ReplayError` if the range does not exist; `KafkaError`.
    init(_ arguments: Arguments, _ configuration: Configuration) async throws {
        options = try Self.replayOptions(arguments, configuration)
        stallLimit = try arguments.stallLimit()
        if let path = arguments.positional.first {
            for name in ["topic", "from", "to"] where arguments.has(name) {
                throw UsageError(description: "--\(name) requires a topic, but \(path) is a file")
            }
            source = .file(path)
            return
        }
        if arguments.has("partitions") {
            throw UsageError(description: "--partitions requires a FILE: a topic has its own partitions")
        }
        let range = try await TopicRange(
            arguments["topic"] ?? configuration[\.inputTopic],
            from: try TopicBound(arguments["from"] ?? "beginning", option: "from"),
            to: try TopicBound(arguments["to"] ?? "end", option: "to"),
            client: configuration.client(configuration.logger))
        options.partitions = range.offsets.count
        source = .topic(range)
    }

    /// Runs the replay with a progress line. Ctrl-C stops it and keeps the results so far.
    func run(_ replay: Replay) async throws -> ReplayResult { try await source.run(replay, limit: stallLimit) }

    static func replayOptions(_ arguments: Arguments, _ configuration: Configuration) throws -> ReplayOptions {
        var options = try ReplayOptions(configuration)
        let epochs = try arguments.choice("epochs", of: ReplayOptions.Epochs.allCases.map(\.rawValue), or: "clock")
        options.epochs = ReplayOptions.Epochs(rawValue: epochs) ?? .clock
        options.partitions = try arguments.integer("partitions", in: 1...10_000, or: 4)
        return options
    }
}
