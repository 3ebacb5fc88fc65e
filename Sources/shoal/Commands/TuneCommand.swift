import ShoalOperations
import ShoalOperator
import ShoalReplay

extension Command {
    static let tune = Command(
        name: "tune", summary: "try settings on a file of events, and recommend the best",
        arguments: ["FILE"],
        options: ReportOutput.options + [
            Option("topic", "T", "read the values of this topic instead of FILE"), .bootstrap,
            Option("map", "FIELD=PATH", "correct the guess of a field, as in `shoal try`", isRepeatable: true),
            Option("save", "FILE", "write the recommended settings there, for --config"), .stall,
        ],
        details: """
            FILE is any file that `shoal try` reads; `-` is standard input. The first part of the events is replayed once for each
            value of each setting that is tried: half-life, length of epochs, members and numbers of clusters, engagement. The
            watches of the last part judge them: how many have one of the topics that the viewer's cluster watches most, and
            how often members move. No truth is needed, and the last part is not seen by the clusters it judges.

            The settings of --config and --set are those it begins with, and those that it keeps if nothing is better by more than
            chance. privacy.min-cluster-size is not tried: your privacy rules choose it. Nothing is written to Kafka.
            """,
        examples: [
            "shoal tune events.ndjson.gz", "shoal tune events.ndjson.gz --config shoal.properties --json",
            "shoal tune history.csv --map viewer=account --save tuned.properties",
            "shoal tune --topic watch-events --config shoal.properties",
        ]
    ) { arguments in
        if let problem = arguments["save"].flatMap(OutputFile.problem) {
            throw UsageError(description: "--save \(problem)")
        }
        let output = try ReportOutput(arguments)
        let configuration = try arguments.configuration()
        let input = try await tried(arguments, configuration.mappingParts)
        var tuning = Tuning(
            input, options: try ReplayOptions(configuration), limit: try arguments.stallLimit())
        let report = try await tuning.run()
        try output.give(text: report.text, json: report.json, html: report.html)
        if let file = arguments["save"] { try OutputFile.save(Array(report.properties.utf8), to: file) }
        return .ok
    }

    /// Reads a file, or a topic like one.
    /// - Parameter mapping: parts of a mapping, which --map corrects.
    static func tried(_ arguments: Arguments, _ mapping: [String] = []) async throws -> TryInput {
        try await TryInput(
            file: arguments.positional.first, topic: arguments["topic"], corrections: mapping + arguments.all("map")
        ) { try arguments.configuration() }
    }
}
