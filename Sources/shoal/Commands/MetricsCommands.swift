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
        let documentation = MetricDocumentation(Metric.all)
        switch arguments["format"] ?? "markdown" {
        case "markdown": Output.line(documentation.markdown)
        case "text": Output.line(documentation.text())
        case "json": Output.json(documentation.json)
        case let other: throw UsageError(description: "--format \(other): must be markdown, text or json")
        }
        return .ok
    }
}
