import Foundation
import ShoalOperations
import ShoalOperator
import ShoalReplay
import ShoalSchemas

extension Command {
    static let tryFile = Command(
        name: "try", summary: "show the clusters of any file of events, without Kafka",
        arguments: ["FILE"],
        options: ReportOutput.options + [
            Option("open", nil, "write the page to a temporary file and open it"),
            Option("map", "FIELD=PATH", "correct the guess of a field; see below", isRepeatable: true),
            Option("save", "DIR", "write shoal.properties and topics.txt for a live application there"),
            .stall,
        ],
        details: """
            Reads a file that was written for another system, guesses the meaning of its fields, chooses settings, and shows
            the clusters. Nothing is written to Kafka, and nothing has to be configured.

            FILE is JSON (an object a line, a list, or objects over several lines), a table with names in the first row (CSV,
            TSV, `;` or `|`), or Protobuf (shoal.v1.WatchEvent); plain or gzip. `-` is standard input. Events may be in any
            order. The first \(Formatting.number(TryInput.most)) events are used.

            --map corrects what was guessed: viewer, video, topics, watched, duration, time and id are paths such as
            `properties.user_id` or `items[].genre`. A backslash makes `.`, `,` or `[` part of a name.
              time=PATH as UNIT              ms, s, us, ns or iso8601
              watched=PATH as UNIT           ms, s, min, clock (1:02:03), iso8601 (PT1H), share, percent; or constant
              topics=PATH split SEPARATOR    topics in one string: comma, semicolon, pipe, slash, space, tab or the characters
              where=PATH:VALUE|VALUE         only records whose field has one of the values
              batch=PATH[]                   each element of a list is an event
            An empty value removes a part. --set changes a setting that was chosen.
            """,
        examples: [
            "shoal try history.csv",
            "shoal try events.json.gz --html clusters.html",
            "shoal try log.ndjson --map viewer=account.id,time=at --map 'topics=tags split pipe'",
            "shoal try history.csv --save . && shoal topics create --config shoal.properties",
        ]
    ) { arguments in
        guard let path = arguments.positional.first else { throw UsageError(description: "shoal try: FILE is missing") }
        let output = try ReportOutput(arguments)
        if let folder = arguments["save"] { try Trial.check(folder) }
        let trial = try await Trial(path, arguments)
        return try await trial.run(arguments, output)
    }
}

/// A run of `shoal try`.
private struct Trial {
    private let input: TryInput
    private let settings: TrySettings
    private let options: ReplayOptions
    private let stallLimit: Duration

    init(_ path: String, _ arguments: Arguments) async throws {
        stallLimit = try arguments.stallLimit()
        do {
            input = try TryInput(path, corrections: arguments.all("map"))
        } catch let error as EventMappingError {
            throw UsageError(description: "--map \(error)")
        }
        var settings = TrySettings(input.facts)
        let given = try arguments.configuration().values.filter { $0.value.source != "default" }
        settings.keep(given.mapValues(\.text))
        self.settings = settings
        let configuration = try arguments.configuration(sets: settings.sets)
        var options = try ReplayInput.replayOptions(arguments, configuration)
        if options.vocabulary.isEmpty { options.vocabulary = input.facts.vocabulary }
        options.epochs = .given
        self.options = options
    }

    func run(_ arguments: Arguments, _ output: ReportOutput) async throws -> ExitCode {
        let (words, replay) = (TryReport(input, settings), Replay(options))
        if !arguments.has("json") {
            _ = StandardStream.output.write(
                words.introduction(width: ReportOutput.width, hasColor: StandardStream.output.hasColor) + "\n")
        }
        let input = input
        var result = try await tracked(replay.progress, limit: stallLimit) { try await replay.run(input) }
        for message in result.messages { Program.report(message) }
        result.measureQuality(truth: nil)
        if let refusal = settings.refusal { result.report.notes.insert(refusal, at: 0) }
        let report = result.report
        try output.give(text: report.text, json: report.json, html: report.html)
        if arguments.has("open") { try Browser.open(report.html()) }
        let folder = arguments["save"]
        if let folder { try save(words, in: folder) }
        if !arguments.has("json") { Output.line(next(words, folder: folder)) }
        return .ok
    }

    private static func files(in folder: String) -> (settings: String, topics: String) {
        let folder = URL(fileURLWithPath: folder).standardizedFileURL.path
        return (folder + "/shoal.properties", folder + "/topics.txt")
    }

    /// - Throws: `UsageError` if the directory does not exist, or has one of the files already.
    static func check(_ folder: String) throws(UsageError) {
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw UsageError(description: "--save \(folder): is not a writable directory")
        }
        let (settings, topics) = files(in: folder)
        for file in [settings, topics] where FileManager.default.fileExists(atPath: file) {
            throw UsageError(description: "--save \(folder): \(file) exists; it is not replaced")
        }
    }

    private func save(_ words: TryReport, in folder: String) throws {
        let (settings, topics) = Self.files(in: folder)
        let names = input.facts.vocabulary.map { String(decoding: $0, as: UTF8.self) }
        try OutputFile.save(Array((names.joined(separator: "\n") + "\n").utf8), to: topics)
        try OutputFile.save(Array(words.properties(topicsFile: topics).utf8), to: settings)
        Program.report("the settings were written to \(settings), the topics to \(topics)")
    }

    /// Says how to go on.
    private func next(_ words: TryReport, folder: String?) -> String {
        let path = input.path == "-" ? "FILE" : input.path
        let (settings, topics) = Self.files(in: folder ?? ".")
        if input.mapping?.batch != nil {
            return "\nNext: shoal try \(path) --html clusters.html. A live application needs one event in each record."
        }
        return """

            Next, with \(settings)\(folder == nil ? ", which --save . writes" : ""):

            \(words.properties(topicsFile: topics).indented)
              shoal replay \(path) --config \(settings) --epochs given --html clusters.html
              shoal topics create --partitions 8 --config \(settings)
              shoal run --config \(settings)
            """
    }
}

extension String {
    /// The lines with two spaces before each.
    fileprivate var indented: String {
        split(separator: "\n").map { "  \($0)\n" }.joined()
    }
}
