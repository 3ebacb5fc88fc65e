import ShoalOperations
import ShoalOperator
import ShoalReplay
import ShoalSchemas

extension Command {
    static let tryFile = Command(
        name: "try", summary: "show the clusters of any file of events, without Kafka",
        arguments: ["FILE"],
        options: ReportOutput.options + [
            Option("topic", "T", "read the values of this topic instead of FILE"), .bootstrap,
            Option("open", nil, "write the page to a temporary file and open it"),
            Option("map", "FIELD=PATH", "correct the guess of a field; see below", isRepeatable: true),
            Option("save", "DIR", "write shoal.properties and topics.txt for a live application there"),
            .stall,
        ],
        details: """
            Reads a file that was written for another system, guesses the meaning of its fields, chooses settings, and shows
            the clusters. Nothing is written to Kafka, and nothing has to be configured.

            FILE is JSON (an object a line, a list, or objects over several lines), a table with names in the first row (CSV,
            TSV, `;` or `|`), or Protobuf (shoal.v1.WatchEvent); plain, gzip or zstd. `-` is standard input. Events may be in any
            order. The first \(Formatting.number(TryInput.most)) events are used.

            --map corrects what was guessed: viewer, video, topics, watched, duration, time and id are paths such as
            `properties.user_id` or `items[].genre`. A backslash makes `.`, `,` or `[` part of a name.
              time=PATH as UNIT              ms, s, us, ns, iso8601, dmy (24.11.2026) or mdy (11/24/2026)
              watched=PATH as UNIT           ms, s, min, clock (1:02:03), words (45 min), iso8601, share, percent, constant
              topics=PATH split SEPARATOR    topics in one string: comma, semicolon, pipe, slash, space, tab or the characters
              where=PATH:VALUE|VALUE         only records whose field has one of the values
              batch=PATH[]                   each element of a list is an event
            An empty value removes a part. --set changes a setting that was chosen.
            """,
        examples: [
            "shoal try history.csv",
            "shoal try events.json.gz --html clusters.html",
            "shoal try log.ndjson --map viewer=account.id,time=at --map 'topics=tags split pipe'",
            "shoal try --topic clicks --bootstrap localhost:9092",
            "shoal try history.csv --save . && shoal topics create --config shoal.properties",
        ]
    ) { arguments in
        let output = try ReportOutput(arguments)
        let folder = arguments["save"].map(TryFolder.init)
        if let problem = folder?.problem { throw UsageError(description: "--save \(problem)") }
        let trial = try await trial(arguments)
        if !arguments.has("json") {
            Output.line(trial.introduction(width: ReportOutput.width, hasColor: StandardStream.output.hasColor))
        }
        let report = try await trial.run(limit: arguments.stallLimit())
        try output.give(text: report.text, json: report.json, html: report.html)
        if arguments.has("open") { try Browser.open(report.html()) }
        try folder.map(trial.save)
        if !arguments.has("json") { Output.line(trial.next(folder)) }
        return .ok
    }

    private static func trial(_ arguments: Arguments) async throws -> Trial {
        let input = try await tried(arguments)
        let settings = TrySettings(input.facts, keeping: try arguments.configuration().given)
        let configuration = try arguments.configuration(sets: settings.sets)
        return Trial(input, settings, options: try ReplayInput.replayOptions(arguments, configuration))
    }
}
