import ShoalKafka
import ShoalOperations
import ShoalSchemas

extension Command {
    static let publish = Command(
        name: "publish", summary: "send watch events from a file to a topic, keyed by viewer",
        arguments: ["FILE"],
        options: [
            Option("topic", "T", "topic to write to (input.topic)"),
            Option("speed", "N", "N times the original pace, or max (max)"),
            Option("format", "F", "protobuf: convert JSON events to Protobuf (default: send them unchanged)"),
            Option("limit", "N", "stop after N events"),
            Option("strict", nil, "stop at the first record that is not a watch event"),
        ], isStoppable: true,
        details: """
            FILE holds one JSON object per line (NDJSON), or Protobuf messages (shoal.v1.WatchEvent), each preceded by its
            length as a varint; plain or gzip. `-` is standard input. Records that are not watch events are counted, and the
            first ten are reported by number. Ctrl-C stops the command, which then reports what was sent.
            """,
        examples: [
            "shoal publish events.ndjson.gz --topic watch-events",
            "zcat events.ndjson.gz | shoal publish - --topic watch-events --speed 60",
        ]
    ) { arguments in
        guard let path = arguments.positional.first else {
            throw UsageError(description: "shoal publish: FILE is missing; `-` is standard input (see --help)")
        }
        var publisher = try Publisher(arguments, try arguments.configuration())
        return try await publisher.publish(path)
    }
}
