import Foundation
import ShoalKafka
import ShoalOperations
import ShoalOperator
import ShoalPipeline
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
        FILE holds watch events: \(EventFormat.explanations); plain or gzip. `-` is standard input. Without FILE, the \
        input topic is read. A time is compared with the timestamps of records: 2026-11-24T10:00:00Z, or milliseconds \
        since 1970. Offsets are PARTITION:OFFSET, separated by commas.
        With --epochs given, each event belongs to the epoch of its own time, whatever the order of events, and the \
        result does not depend on the number of partitions.
        """.wrapped(112)

    enum Source: Sendable {
        case file(String)
        case topic(TopicRange)
    }

    var source: Source
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
            from: try Self.bound(arguments["from"] ?? "beginning", "from"),
            to: try Self.bound(arguments["to"] ?? "end", "to"), client: configuration.client(configuration.logger))
        options.partitions = range.offsets.count
        source = .topic(range)
    }

    /// Runs the replay with a progress line. Ctrl-C stops it and keeps the results so far.
    func run(_ replay: Replay) async throws -> ReplayResult {
        let result = try await tracked(replay.progress, limit: stallLimit) {
            switch source {
            case .file(let path): try await replay.run(file: path)
            case .topic(let range): try await replay.run(range)
            }
        }
        for message in result.messages { Program.report(message) }
        return result
    }

    static func replayOptions(
        _ arguments: Arguments, _ configuration: Configuration
    ) throws -> ReplayOptions {
        try Cryptography.selfTest()
        // Without --publish-to a replay shows no pseudonyms, so a well-known key is acceptable if none is configured.
        let digits = configuration.privacyKey ?? String(repeating: "00", count: 32)
        guard let key = PrivacyKey(hex: digits) else {
            throw Configuration.Invalid(problems: ["privacy.key-file: the key is not 64 hexadecimal digits"])
        }
        var options = ReplayOptions(settings: configuration[\.engine], key: key)
        options.vocabulary = try configuration.vocabulary()
        options.input = configuration.inputOptions
        let epochs = arguments["epochs"] ?? "clock"
        guard let how = ReplayOptions.Epochs(rawValue: epochs) else {
            throw UsageError(description: "--epochs \(epochs): must be clock or given")
        }
        options.epochs = how
        options.partitions = try arguments.integer("partitions", or: 4)
        guard 1...10_000 ~= options.partitions else {
            throw UsageError(description: "--partitions \(options.partitions): must be 1 to 10000")
        }
        return options
    }

    /// - Throws: `Configuration.Invalid` if no key is configured: the pseudonyms could be found by trying viewer ids.
    static func requireKey(_ configuration: Configuration, for option: String) throws(Configuration.Invalid) {
        guard configuration.privacyKey == nil else { return }
        throw Configuration.Invalid(problems: [
            "neither privacy.key-file nor SHOAL_PRIVACY_KEY is set: --\(option) writes pseudonyms, which need a "
                + "key. Use the key of the application, or create one with `(umask 077; openssl rand -hex 32 > shoal.key)`"
        ])
    }

    private static func bound(_ text: String, _ option: String) throws -> TopicBound {
        if text == "beginning" { return .beginning }
        if text == "end" { return .end }
        if text.contains(":"), !text.contains("T") {
            return .offsets(try RecordPositions.parse(text, option: option))
        }
        guard let time = RecordPositions.time(text) else {
            throw UsageError(
                description: "--\(option) \(text): must be beginning, end, a time (2026-11-24T10:00:00Z, or "
                    + "milliseconds since 1970), or PARTITION:OFFSET,...")
        }
        return .time(time)
    }
}
