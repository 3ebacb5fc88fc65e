import ShoalGenerator
import ShoalKafka
import ShoalOperations
import ShoalOperator
import ShoalSchemas

extension Command {
    private static let files = """
        Writes a file of watch events: \(EventEncoder.formats.map(\.explanation).joined(separator: ", or ")); gzip if \
        the name ends in .gz. FILE `-` is standard output. `shoal publish` and `shoal replay` read such files. Memory depends on the numbers of \
        viewers and videos, not on the number of events.
        """.wrapped(112)

    static let simulate = Command(
        name: "simulate", summary: "generate watch events with known truth, for tests and benchmarks",
        arguments: ["FILE"],
        options: [
            Option("preset", "P", "the kind of stream, see below (base)"),
            Option("viewers", "N", "number of viewers at the start (20000)"),
            Option("epochs", "N", "number of epochs (60; drift and everyday 180)"),
            Option("events", "N", "stop after N events; epochs are then unlimited unless --epochs is given"),
            Option("seed", "N", "the same options and seed give the same bytes (1)"),
            Option("start", "TIME", "start of the first epoch, or now (2026-01-01T00:00:00Z)"),
            Option("epoch-length", "D", "length of an epoch (1h)"),
            Option("rate", "X", "mean number of watches per viewer and epoch (0.8)"),
            Option("sessions", "X", "mean number of watches in a session, 15 s apart; 1: no sessions (1)"),
            Option("day-night", "X", "how much the rate depends on the hour (UTC), 0 to 1 (0)"),
            Option("late", "X", "share of events with a time before their position in the stream (0)"),
            Option("latest", "D", "maximum lateness (2h)"),
            Option("repeat", "X", "share of events that repeat one of the last 256 events (0)"),
            Option("noise", "X", "share of watches that ignore the viewer's taste (0.15)"),
            Option("mixed", "X", "share of viewers with two archetypes (0.1)"),
            Option("archetypes", "N", "number of archetypes at the start (20)"),
            Option("topics", "N", "number of topics (200)"),
            Option("videos", "N", "number of videos (20000)"),
            Option("script", "FILE", "a script of changes to the archetypes, see below (that of the preset)"),
            Option("format", "F", EventEncoder.formats.map(\.name).joined(separator: " or ") + " (json)"),
            Option("speed", "X", "X times the pace of event times, or max (max)"),
            Option("topic", "T", "send the events to this topic, keyed by viewer, instead of writing FILE"),
            Option("truth", "FILE", "write the truth as NDJSON; gzip if the name ends in .gz"),
            Option("topics-file", "FILE", "write the names of all topics in the format of topics.file"),
        ], isStoppable: true,
        details: """
            \(files)

            Viewers belong to archetypes: groups that watch the same eight topics, the first ones most. Sizes of archetypes,
            topics and videos follow Zipf's law. Each viewer has an individual taste and rate.
            Presets:
              base        200 topics, 20 archetypes, 20000 viewers, 60 epochs, 15 % noise, no changes
              noisy       30 % noise, tastes further from the archetype
              hard        40 % noise, tastes still further away, a quarter of the viewers mixed
              few-topics  50 topics, 12 archetypes of 6 topics
              many        1000 topics, 60 archetypes of 12 topics
              shared      archetypes share half of their topics
              skew        a few large archetypes, many small ones
              drift       180 epochs with a birth, a split, a merge, a silence, a scattering and a drift
              everyday    drift with sessions, day and night, late and repeated events

            A script has one step per line: the epoch, then the change. Archetypes are numbered from 0; # starts a comment:
              40 birth 0.03              a new archetype with new viewers, 3 % of the initial ones
              40 birth 0.03 like 4       the same, with half of the topics of archetype 4
              60 split 3                 half of the viewers of 3 exchange half of their topics
              80 merge 5 6 over 10       5 and 6 become one archetype within 10 epochs
              100 silence 8              the viewers of 8 stop watching
              100 scatter 9 to 0 1 2     the viewers of 9 move to other archetypes
              40 drift 7 every 12        7 exchanges a topic every 12 epochs, until all are new
              50 viral chess 0.4 for 6   a topic gets 40 % of all watches for 6 epochs

            The truth has one object per line, distinguished by the field `kind`: one `stream`; `archetype` with its topics, and
            `viewer` with its archetype (and `second` with its share `mix`, or `silent`), valid from from_epoch, repeated after
            each change; at the end each `step` of the script with the epochs in which it began, was complete, and could first
            be observed, and `end` with counts.

            Ctrl-C stops the command. Everything written until then is complete and counted.
            """,
        examples: [
            "shoal simulate events.ndjson.gz --preset drift --truth truth.ndjson --topics-file topics.txt",
            "shoal simulate events.pb --format protobuf --viewers 100000 --events 10000000",
            "shoal simulate --topic watch-events --preset everyday --speed 60",
            "shoal simulate - --events 1000 | jq .topics",
        ]
    ) { arguments in
        let options = try SimulationOptions(arguments)
        var simulator = try await Simulator(options, configuration: arguments.configuration())
        return try await simulator.run()
    }
}
