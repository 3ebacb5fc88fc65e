import ShoalOperations
import ShoalOperator

extension Command {
    static let metricsDocs = Command(
        name: "metrics docs", summary: "print the table of all metrics",
        options: [Option("format", "F", "markdown, text or json (markdown)")],
        isConfigured: false,
        details: "JSON is meant for programs, such as one that generates a dashboard.",
        examples: ["shoal metrics docs --format text | less"]
    ) { arguments in
        switch arguments["format"] ?? "markdown" {
        case "markdown": Output.line(Metric.markdown)
        case "text": Output.line(Metric.text())
        case "json": Output.json(Metric.json)
        case let other: throw UsageError(description: "--format \(other): must be markdown, text or json")
        }
        return .ok
    }
}
