import Foundation

extension Metric {
    /// All metrics: Shoal's own, then those of the process.
    public static let all = table + ProcessMetrics.table

    /// The table as Markdown.
    public static var markdown: String {
        let head = ["| metric | type | labels | description |", "| --- | --- | --- | --- |"]
        let rows = all.map { metric in
            "| `\(metric.name)` | \(metric.kind.rawValue) | "
                + "\(metric.labels.map { "`\($0)`" }.joined(separator: ", ")) | \(metric.help) |"
        }
        return (head + rows).joined(separator: "\n")
    }

    /// Returns the table as text for a terminal.
    /// - Parameter width: The line width in characters.
    public static func text(width: Int = 100) -> String {
        all.map { metric in
            let name = metric.name + (metric.labels.isEmpty ? "" : "{\(metric.labels.joined(separator: ","))}")
            let lines = metric.help.wrappedLines(width - 4) + [metric.kind.rawValue]
            return ([name] + lines.map { "    \($0)" }).joined(separator: "\n")
        }.joined(separator: "\n\n")
    }

    /// The table as a JSON array with one object per metric.
    public static var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let lines = all.compactMap { try? String(decoding: encoder.encode($0), as: UTF8.self) }
        return "[\n  " + lines.joined(separator: ",\n  ") + "\n]"
    }
}
