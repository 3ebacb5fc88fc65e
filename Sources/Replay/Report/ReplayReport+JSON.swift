internal import Foundation

extension ReplayReport {
    /// The report as JSON: keys sorted, the same bytes for the same report.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// A few lines.
    public func summary() -> String {
        "\(input.events) events, \(rows.count) models, \(clusters.count) clusters, digest \(digest)"
    }
}
