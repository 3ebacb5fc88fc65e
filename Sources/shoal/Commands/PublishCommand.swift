import ShoalKafka
import ShoalOperations
import ShoalSchemas

extension Command {
    static let publish = Command(
        name: "publish", summary: "send watch events of a file to a topic, keyed by viewer",
        arguments: ["FILE"],
        options: [
            Option("topic", "T", "the topic (input.topic)"),
            Option("speed", "N", "N times the original pace, or max (max)"),
            Option("format", "F", "protobuf: JSON lines are sent as Protobuf (as they are)"),
            Option("limit", "N", "stop after N events"),
            Option("strict", nil, "stop at the first line or message that is no watch event"),
        ], isStoppable: true,
        details: """
            FILE holds one JSON object a line (NDJSON), or Protobuf messages (shoal.v1.WatchEvent) that each have their
            length, a varint, before them; plain or gzip. `-` is standard input. What is no watch event is counted, and
            the first ten are named by their numbers. Ctrl-C stops, and tells what was sent.
            """,
        examples: [
            "shoal publish events.ndjson.gz --topic watch-events",
            "zcat events.ndjson.gz | shoal publish - --topic watch-events --speed 60",
        ]
    ) { arguments in
        guard let path = arguments.positional.first else {
            throw UsageError(description: "shoal publish: which FILE? `-` is standard input (--help tells more)")
        }
        var publisher = try Publisher(arguments, try arguments.configuration())
        return try await publisher.publish(path)
    }
}
