import ShoalOperations
import ShoalOperator

/// Writes a command's report: text or JSON to standard output, and a page to a file.
struct ReportOutput: Sendable {
    static let options = [
        Command.Option("json", nil, "print the report as one line of JSON instead of text"),
        Command.Option("html", "FILE", "also write the report as a page with charts"),
    ]

    /// The file of the true groups, for commands whose reports judge the clusters.
    static let truth = Command.Option(
        "truth", "FILE", "score the clusters against the viewers' true groups in FILE (simulate --truth)")

    /// The width of text in columns.
    static var width: Int { StandardStream.output.isTerminal ? min(Screen().size.columns, 160) : 120 }

    private let isJSON: Bool
    private let page: String?

    /// - Throws: `UsageError` if the page could not be written at the end.
    init(_ arguments: Arguments) throws {
        isJSON = arguments.has("json")
        page = arguments["html"]
        if let problem = page.flatMap(OutputFile.problem) { throw UsageError(description: "--html \(problem)") }
    }

    /// - Throws: `OutputError` if the page cannot be written.
    func give(
        text: (_ width: Int, _ hasColor: Bool) -> String, json: () throws -> String, html: () -> String
    ) throws {
        let output = StandardStream.output
        if isJSON {
            Output.json(try json())
        } else {
            _ = output.write(text(Self.width, output.hasColor))
        }
        guard let page else { return }
        try OutputFile.save(Array(html().utf8), to: page)
        Program.report("the page was written to \(page)")
    }
}
