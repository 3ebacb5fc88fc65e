import ShoalKafka
import ShoalOperations
import ShoalOperator
import ShoalReplay
import ShoalSchemas
import ShoalSettings

extension Command {
    /// The formats to which events can be converted.
    private static let targets = EventFormat.all.filter { $0.encode != nil }.map(\.name).joined(separator: ", ")

    static let publish = Command(
        name: "publish", summary: "send watch events from a file to a topic, keyed by viewer",
        arguments: ["FILE"],
        options: [
            Option("topic", "T", "topic to write to (input.topic)"),
            Option("speed", "N", "N times the original pace, or max (max)"),
            Option("format", "F", "\(targets): convert events to this format (default: send them unchanged)"),
            Option("limit", "N", "stop after N events"),
            Option("strict", nil, "stop at the first record that is not a watch event"),
        ], isStoppable: true,
        details: """
            FILE holds \(EventFormat.explanations); plain, gzip or zstd. `-` is standard input. Records that are not watch events \
            are counted, and the first ten are reported by number. Ctrl-C stops the command, which then reports what was \
            sent.

            With input.map, events are read by that mapping and sent as JSON; FILE may then also be a JSON list or a table \
            (CSV, TSV).
            """.wrapped(112),
        examples: [
            "shoal publish events.ndjson.gz --topic watch-events",
            "zcat events.ndjson.gz | shoal publish - --topic watch-events --speed 60",
        ]
    ) { arguments in
        guard let path = arguments.positional.first else {
            throw UsageError(description: "shoal publish: FILE is missing; `-` is standard input (see --help)")
        }
        let configuration = try arguments.configuration()
        let format =
            arguments.has("format")
            ? EventFormat(name: try arguments.choice("format", of: EventFormat.all.map(\.name), or: "")) : nil
        var publisher = Publisher(
            configuration, topic: arguments["topic"] ?? configuration[\.inputTopic], format: format,
            pace: try Pace(arguments["speed"] ?? "max"), isStrict: arguments.has("strict"),
            limit: try arguments.integer("limit", or: .max))
        let isMapped = configuration.inputOptions.mapping != nil
        if isMapped, format != nil {
            throw UsageError(description: "--format: events are sent as they are, because input.map is set")
        }
        let records = try EventFileReader(path, step: 1 << 18, converts: isMapped)
        let content = try records.recognize()
        if let format, format != content, format.encode == nil {
            throw UsageError(
                description: "--format \(format.name): \(path) holds \(content.title), which is sent as it is")
        }
        return try await publisher.publish(records)
    }
}
