import Foundation

/// Times as people write them.
package enum TimeText {
    /// Parses milliseconds since 1970, or an ISO 8601 time such as `2026-11-24T10:00:00Z`; nil for other text, and for times
    /// before 1970.
    package static func milliseconds(_ text: String) -> Int64? {
        (Int64(text) ?? date(text)).flatMap { $0 >= 0 ? $0 : nil }
    }

    /// Parses an ISO 8601 time to milliseconds since 1970, negative before.
    package static func date(_ text: String) -> Int64? {
        let date =
            (try? Date(text, strategy: .iso8601))
            ?? (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
        return date.map { Int64($0.timeIntervalSince1970 * 1_000) }
    }
}
