import ShoalOperations
package import ShoalReplay
import ShoalSchemas

/// A run of the engine on the events of any file, with settings chosen for them.
package struct Trial: Sendable {
    private let input: TryInput
    private let settings: TrySettings
    private let options: ReplayOptions
    private let words: TryReport

    /// - Parameter options: The chosen settings and the key. Without a vocabulary, the topics of the events are it.
    package init(_ input: TryInput, _ settings: TrySettings, options: ReplayOptions) {
        var options = options
        if options.vocabulary.isEmpty { options.vocabulary = input.facts.vocabulary }
        options.epochs = .given
        (self.input, self.settings, self.options) = (input, settings, options)
        words = TryReport(input, settings)
    }

    /// Describes the fields, the events and the settings.
    package func introduction(width: Int, hasColor: Bool) -> String {
        words.introduction(width: width, hasColor: hasColor)
    }

    /// Runs the engine with a progress line.
    /// - Parameter limit: The maximum time without progress.
    package func run(limit: Duration) async throws -> ReplayReport {
        let replay = Replay(options)
        var result = try await tracked(replay.progress, limit: limit) { try await replay.run(input) }
        for message in result.messages { Program.report(message) }
        result.measureQuality(truth: nil)
        if let mapping = input.mapping {
            result.report.settings.append(.init(name: "input.map", value: mapping.text))
        }
        if let refusal = settings.refusal { result.report.notes.insert(refusal, at: 0) }
        return result.report
    }

    /// Writes the settings and the topics for a live application.
    /// - Throws: `OutputError`.
    package func save(in folder: TryFolder) throws {
        let isNaming = !settings.has("topics.file")
        if isNaming {
            let names = input.facts.vocabulary.map { String(decoding: $0, as: UTF8.self) }
            try OutputFile.save(Array((names.joined(separator: "\n") + "\n").utf8), to: folder.topics)
        }
        try OutputFile.save(Array(words.properties(topicsFile: folder.topics).utf8), to: folder.settings)
        Program.report(
            "the settings were written to \(folder.settings)" + (isNaming ? ", the topics to \(folder.topics)" : ""))
    }

    /// Says how to go on.
    /// - Parameter folder: The directory of the files; nil if they were not written.
    package func next(_ folder: TryFolder?) -> String {
        let path = input.path == "-" ? "FILE" : input.path
        let files = folder ?? TryFolder(".")
        let lines = words.properties(topicsFile: files.topics).split(separator: "\n").map { "  \($0)\n" }.joined()
        let publish = path.hasPrefix("--topic ") ? "" : "\n  shoal publish \(path) --config \(files.settings)"
        return """

            Next, with \(files.settings)\(folder == nil ? ", which --save . writes" : ""):

            \(lines)
              shoal replay \(path) --config \(files.settings) --epochs given --html clusters.html

            and live, with what is commented out there:

              (umask 077; openssl rand -hex 32 > shoal.key)
              shoal topics create --partitions \(settings.partitions) --config \(files.settings)\(publish)
              shoal run --config \(files.settings)
            """
    }
}
