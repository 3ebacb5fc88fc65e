import Foundation
import ShoalReplay
import ShoalSchemas

/// Formats numbers, durations, times, lists and tables for people.
package enum Formatting {
    /// Formats with thousands separators: 12,345. Uses an ASCII minus sign.
    static func number(_ value: some BinaryInteger) -> String { ReportWords.number(value, minus: "-") }

    /// Formats a number with a noun.
    static func count(_ value: some BinaryInteger, _ word: String) -> String {
        ReportWords.count(value, word, minus: "-")
    }

    /// Formats a time as `Thu 1 Jan 14:00`, UTC.
    static func storyTime(_ milliseconds: Int64) -> String {
        storyTime.string(from: Date(timeIntervalSince1970: Double(milliseconds) / 1_000))
    }

    /// Formats a duration as `1.4 s`, `1 m 12 s`.
    static func duration(_ duration: Duration) -> String {
        let seconds = duration / .seconds(1)
        if seconds < 10 { return String(format: "%.1f s", seconds) }
        return seconds < 60 ? "\(Int(seconds)) s" : "\(Int(seconds) / 60) m \(Int(seconds) % 60) s"
    }

    /// Formats rows with aligned columns.
    static func table(_ rows: [[String]]) -> [String] {
        var widths: [Int] = []
        for row in rows {
            for (index, cell) in row.enumerated() {
                if index == widths.count { widths.append(0) }
                widths[index] = max(widths[index], cell.count)
            }
        }
        return rows.map { row in
            let cells = row.enumerated().map { $1 + String(repeating: " ", count: widths[$0] - $1.count) }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// Formats partitions as 0 … 3, 7.
    static func list(_ partitions: [Int32]) -> String {
        var parts: [String] = []
        let sorted = partitions.sorted()
        var index = 0
        while index < sorted.count {
            var end = index
            while end + 1 < sorted.count, sorted[end + 1] == sorted[end] + 1 { end += 1 }
            if end - index > 1 {
                parts.append("\(sorted[index]) … \(sorted[end])")
            } else {
                parts += sorted[index...end].map(String.init)
            }
            index = end + 1
        }
        return parts.prefix(20).joined(separator: ", ") + (parts.count > 20 ? ", …" : "")
    }

    /// Formats a time span as `12 s`, `5 min`, `3 h`, `2 d`: in the largest unit of which there are at least two.
    static func span(_ seconds: Double) -> String {
        for (unit, size) in [("d", 86_400), ("h", 3_600), ("min", 60)] where seconds >= Double(2 * size) {
            return "\(Int(seconds) / size) \(unit)"
        }
        return seconds > 0 && seconds < 1 ? "< 1 s" : "\(Int(seconds)) s"
    }

    /// Formats a time as `2026-11-24T10:00:00Z`.
    static func time(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(.iso8601)
    }

    private static let storyTime: DateFormatter = {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "EEE d MMM HH:mm"
        return formatter
    }()
}
