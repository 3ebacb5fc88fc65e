public import ShoalSettings

extension Setting {
    /// The row for librdkafka's properties: name, value, default, scope, text.
    private static let kafka = (
        name: "kafka.*", range: "librdkafka's", defaultValue: "librdkafka's", scope: Scope.operational,
        text: "Any property of librdkafka. Properties that exactly-once processing relies on are refused. "
            + "`kafka.NAME.file` reads the value from a file, as for `kafka.sasl.password.file`."
    )

    /// The table as Markdown.
    public static var markdown: String {
        let head = [
            "| setting | value | default | affects the result | description |", "| --- | --- | --- | --- | --- |",
        ]
        let rows = table.map { setting in
            "| `\(setting.name)` | \(setting.range) | \(setting.defaultValue.map { "`\($0)`" } ?? "") | "
                + "\(setting.scope.rawValue) | \(setting.text) |"
        }
        let last =
            "| `\(kafka.name)` | \(kafka.range) | \(kafka.defaultValue) | \(kafka.scope.rawValue) | \(kafka.text) |"
        return (head + rows + [last]).joined(separator: "\n")
    }

    /// Returns the table as text for a terminal.
    /// - Parameter width: The line width in characters.
    public static func text(width: Int = 100) -> String {
        let entries = table.map { setting in
            entry(setting.name, setting.range, setting.defaultValue ?? "none", setting.scope, setting.text, width)
        }
        return (entries + [entry(kafka.name, kafka.range, kafka.defaultValue, kafka.scope, kafka.text, width)])
            .joined(separator: "\n\n")
    }

    private static func entry(
        _ name: String, _ range: String, _ defaultValue: String, _ scope: Scope, _ text: String, _ width: Int
    ) -> String {
        let reaches =
            switch scope {
            case .operational: ""
            case .recorded: "; affects the result"
            case .atStart: "; read once, when the application starts"
            case .fixedForLife: "; fixed for the application"
            }
        let lines =
            text.wrappedLines(width - 4)
            + "\(range); default: \(defaultValue)\(reaches)".wrappedLines(width - 4)
        return ([name] + lines.map { "    \($0)" }).joined(separator: "\n")
    }
}
