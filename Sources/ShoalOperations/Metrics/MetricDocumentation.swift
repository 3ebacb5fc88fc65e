import Foundation

/// Documentation of metrics in several formats, made from their definitions.
public struct MetricDocumentation: Sendable {
    private let metrics: [Metric]

    public init(_ metrics: [Metric]) {
        self.metrics = metrics
    }

    /// A table in Markdown.
    public var markdown: String {
        let head = ["| metric | type | labels | description |", "| --- | --- | --- | --- |"]
        let rows = metrics.map { metric in
            "| `\(metric.name)` | \(metric.kind.rawValue) | "
                + "\(metric.labels.map { "`\($0)`" }.joined(separator: ", ")) | \(metric.help) |"
        }
        return (head + rows).joined(separator: "\n")
    }

    /// Returns text for a terminal.
    /// - Parameter width: The line width in characters.
    public func text(width: Int = 100) -> String {
        metrics.map { metric in
            let name = metric.name + (metric.labels.isEmpty ? "" : "{\(metric.labels.joined(separator: ","))}")
            let lines = metric.help.wrappedLines(width - 4) + [metric.kind.rawValue]
            return ([name] + lines.map { "    \($0)" }).joined(separator: "\n")
        }.joined(separator: "\n\n")
    }

    /// A JSON array with one object per metric.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let lines = metrics.compactMap { try? String(decoding: encoder.encode($0), as: UTF8.self) }
        return "[\n  " + lines.joined(separator: ",\n  ") + "\n]"
    }
}
