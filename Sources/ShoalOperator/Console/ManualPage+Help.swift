import ShoalOperations

extension ManualPage.Entry {
    /// Returns the text of `shoal COMMAND --help`.
    /// - Parameters:
    ///   - options: all options, each with the placeholder of its value.
    ///   - isConfigured: Whether the command accepts `--config` and `--set`.
    package func help(_ options: [(term: String, text: String)], isConfigured: Bool) -> String {
        var lines = [
            "shoal \(name) - \(summary)", "",
            "usage: shoal \(name)" + arguments.map { " \($0)" }.joined() + " [options]",
        ]
        if !details.isEmpty { lines += ["", details] }
        lines += ["", "options:"]
        for option in options { lines.append("  \(option.term)".padding(to: 26) + option.text) }
        if isConfigured {
            lines += [
                "", "Settings are read from the file, then from SHOAL_... environment variables (commit.interval is",
                "SHOAL_COMMIT_INTERVAL), then from --set; later sources win. `shoal config docs` lists all settings.",
            ]
        }
        if !examples.isEmpty { lines += ["", "examples:"] + examples.map { "  \($0)" } }
        lines += ["", "exit status:"]
        lines += ExitCode.allCases.map { "  \($0.rawValue)".padding(to: 6) + $0.meaning }
        return lines.joined(separator: "\n")
    }
}
