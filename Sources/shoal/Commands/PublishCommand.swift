import Foundation
import Kafka
import Operations
import Schemas

extension Command {
    static let publish = Command(
        name: "publish", summary: "send watch events of a file to a topic, keyed by viewer",
        arguments: ["FILE"],
        options: [
            Option("topic", "T", "the topic (input.topic)"),
            Option("speed", "N", "N times the original pace, or max (max)"),
            Option("format", "F", "json: lines as they are; protobuf (json)"),
            Option("limit", "N", "stop after N events"),
            Option("strict", nil, "stop at the first line that is no watch event"),
        ],
        details: """
            FILE holds one JSON object a line (NDJSON), plain or gzip; `-` is standard input. Lines that are no watch
            events are counted, and the first ten named. Ctrl-C stops, and tells what was sent.
            """,
        examples: [
            "shoal publish events.ndjson.gz --topic watch-events",
            "zcat events.ndjson.gz | shoal publish - --topic watch-events --speed 60",
        ]
    ) { arguments in
        guard let path = arguments.positional.first else {
            throw UsageError(description: "shoal publish: which FILE? `-` is standard input (--help tells more)")
        }
        let configuration = try arguments.configuration()
        var publisher = try Publisher(arguments, configuration)
        return try await publisher.publish(path)
    }
}

/// Sends the lines of a file.
private struct Publisher {
    private let topic: String
    /// nil: as fast as it goes.
    private let speed: Double?
    private let isProtobuf: Bool
    private let isStrict: Bool
    private let limit: Int
    private let producer: Producer
    private let interrupt = Interrupt()
    private var progress = ProgressLine()
    private var sent = 0
    private var bad = 0

    init(_ arguments: Arguments, _ configuration: Configuration) throws {
        topic = arguments["topic"] ?? configuration.text("input.topic")
        let pace = arguments["speed"] ?? "max"
        speed = pace == "max" ? nil : Double(pace)
        guard pace == "max" || speed.map({ $0 > 0 }) == true else {
            throw UsageError(description: "--speed \(pace): must be a number above 0, or max")
        }
        let format = arguments["format"] ?? "json"
        guard ["json", "protobuf"].contains(format) else {
            throw UsageError(description: "--format \(format): must be json or protobuf")
        }
        isProtobuf = format == "protobuf"
        isStrict = arguments.has("strict")
        limit = try arguments.integer("limit", or: .max)
        var client = configuration.client(configuration.logger)
        client.settings.merge(["linger.ms": "20", "queue.buffering.max.kbytes": "65536"]) { user, _ in user }
        producer = try Producer(client)
    }

    mutating func publish(_ path: String) async throws -> ExitCode {
        let lines = try LineReader(path)
        let reader = WatchEventReader()
        var event = WatchEvent()
        var encoded: [UInt8] = []
        var number = 0
        var origin: (event: Int64, clock: ContinuousClock.Instant)?
        while sent < limit, !interrupt.isSet, let line = try lines.next() {
            number += 1
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { continue }
            do throws(Rejection) {
                try reader.read(line.span, into: &event)
            } catch {
                bad += 1
                if bad <= 10 { Shoal.report("\(path):\(number): no watch event: \(error.rawValue)") }
                if isStrict { return .failed }
                continue
            }
            if let speed {
                let begin = origin ?? (event.time, .now)
                origin = begin
                let due = begin.clock + .milliseconds(Double(event.time - begin.event) / speed)
                while due > .now, !interrupt.isSet {
                    try await Task.sleep(for: min(due - .now, .milliseconds(100)))
                    if progress.isDue { progress.show(line: text) }
                }
            }
            let key = event.text[event.viewer]
            encoded.removeAll(keepingCapacity: true)
            if isProtobuf { event.encode(into: &encoded) } else { encoded += line }
            try producer.produce(to: topic, key: key.span, value: encoded.span)
            sent += 1
            if sent % 512 == 0, progress.isDue { progress.show(line: text) }
        }
        try producer.flush(timeout: .seconds(60))
        progress.end(line: text)
        return bad > 0 && sent == 0 ? .failed : .ok
    }

    private var text: String {
        "\(sent) events sent to \(topic)" + (bad > 0 ? ", \(bad) lines were no watch events" : "")
            + ", \(progress.rate(sent)) a second"
    }
}
