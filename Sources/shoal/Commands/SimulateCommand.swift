import ShoalGenerator
import ShoalKafka
import ShoalOperations
import ShoalSchemas

extension Command {
    private static let files = """
        FILE gets \(EventEncoder.formats.map(\.explanation).joined(separator: ", or ")); gzip where its name ends in .gz. \
        `-` is standard output. `shoal publish` sends such files, `shoal replay` reads them. Memory depends on viewers \
        and videos, not on events.
        """.wrapped(112)

    static let simulate = Command(
        name: "simulate", summary: "make up watch events whose truth is known, for tests and measurements",
        arguments: ["FILE"],
        options: [
            Option("preset", "P", "what the stream is like, see below (base)"),
            Option("viewers", "N", "how many viewers there are at first (20000)"),
            Option("epochs", "N", "how many epochs there are (60; drift and everyday 180)"),
            Option("events", "N", "end after N events; the epochs go on for as long, unless --epochs is given"),
            Option("seed", "N", "the same options and seed give the same bytes again (1)"),
            Option("start", "TIME", "when the first epoch begins, or now (2026-01-01T00:00:00Z)"),
            Option("epoch-length", "D", "the length of an epoch (1h)"),
            Option("rate", "X", "mean watches of a viewer in an epoch (0.8)"),
            Option("sessions", "X", "mean watches in a row, with pauses of 15 s; 1: each by itself (1)"),
            Option("day-night", "X", "how much the rate follows the hour, UTC: 0 not at all, 1 much (0)"),
            Option("late", "X", "share of events whose time is up to two hours before their place (0)"),
            Option("latest", "D", "how late they are at most (2h)"),
            Option("repeat", "X", "share of events that repeat one of the last 256 (0)"),
            Option("noise", "X", "share of watches that ignore the viewer's taste (0.15)"),
            Option("mixed", "X", "share of viewers who mix two archetypes (0.1)"),
            Option("archetypes", "N", "groups of like taste at first (20)"),
            Option("topics", "N", "how many topics there are (200)"),
            Option("videos", "N", "how many videos there are (20000)"),
            Option("script", "FILE", "what happens to the archetypes, see below, in place of the preset's"),
            Option("format", "F", EventEncoder.formats.map(\.name).joined(separator: ", or ") + " (json)"),
            Option("speed", "X", "X times the pace of the events' times, or max (max)"),
            Option("topic", "T", "send them to this topic, keyed by viewer, and write no FILE"),
            Option("truth", "FILE", "write the truth, NDJSON, gzip where the name ends in .gz"),
            Option("topics-file", "FILE", "write the names of all topics, as the setting topics.file wants them"),
        ], isStoppable: true,
        details: """
            \(files)

            Viewers belong to archetypes, groups that like the same eight topics, the first ones most; sizes of
            archetypes, topics and videos are of Zipf's kind; each viewer has a taste and a rate of his own.
            What presets differ in:
              base        200 topics, 20 archetypes, 20000 viewers, 60 epochs, 15 % noise, nothing changes
              noisy       30 % noise, tastes further from their archetype
              hard        40 % noise, tastes yet further away, a quarter of the viewers mixed
              few-topics  50 topics, 12 archetypes of 6 topics
              many        1000 topics, 60 archetypes of 12 topics
              shared      archetypes share half of their topics
              skew        a few archetypes are large, most are small
              drift       180 epochs, with a birth, a split, a merge, a silence, viewers who turn away, a drift
              everyday    drift with sessions, day and night, late and repeated events

            A script has a step a line, the epoch before it, archetypes by their number from 0; # begins a comment:
              40 birth 0.03              a new archetype with new viewers, 3 % of the first ones
              40 birth 0.03 like 4       the same, half of whose topics are those of 4
              60 split 3                 half of the viewers of 3 get other topics for half of theirs
              80 merge 5 6 over 10       5 and 6 become one within 10 epochs
              100 silence 8              the viewers of 8 watch nothing any more
              100 scatter 9 to 0 1 2     the viewers of 9 turn to others
              40 drift 7 every 12        7 gets a new topic every 12 epochs, until all are new
              50 viral chess 0.4 for 6   a topic gets 40 % of all watches for 6 epochs

            The truth is an object a line, by its field `kind`: `stream` once; `archetype` with its topics, and
            `viewer` with his archetype (and `second` with its part `mix`, or `silent`), from_epoch on, again
            whenever that changes; in the end each `step` of the script with the epochs in which it began, was
            complete, and could first be seen by anybody, and `end` with the counts.

            Ctrl-C stops it; what is written until then is whole, and counted.
            """,
        examples: [
            "shoal simulate events.ndjson.gz --preset drift --truth truth.ndjson --topics-file topics.txt",
            "shoal simulate events.pb --format protobuf --viewers 100000 --events 10000000",
            "shoal simulate --topic watch-events --preset everyday --start now --speed 60",
            "shoal simulate - --events 1000 | jq .topics",
        ]
    ) { arguments in
        let options = try SimulationOptions(arguments)
        var simulator = try await Simulator(options, arguments)
        return try await simulator.run()
    }
}
