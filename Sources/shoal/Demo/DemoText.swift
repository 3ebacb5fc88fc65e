import Foundation
import ShoalReplay
import ShoalSchemas

/// Formats words and numbers for the demo.
enum DemoText {
    /// Formats with thousands separators: 12,345. Uses an ASCII minus sign.
    static func number(_ value: some BinaryInteger) -> String { ReportWords.number(value, minus: "-") }

    /// Formats a number with a noun.
    static func count(_ value: some BinaryInteger, _ word: String) -> String {
        ReportWords.count(value, word, minus: "-")
    }

    /// Formats a time as `Thu 1 Jan 14:00`, UTC.
    static func time(_ milliseconds: Int64) -> String {
        time.string(from: Date(timeIntervalSince1970: Double(milliseconds) / 1_000))
    }

    /// Formats a duration as `1.4 s`, `1 m 12 s`.
    static func duration(_ duration: Duration) -> String {
        let seconds = duration / .seconds(1)
        if seconds < 10 { return String(format: "%.1f s", seconds) }
        return seconds < 60 ? "\(Int(seconds)) s" : "\(Int(seconds) / 60) m \(Int(seconds) % 60) s"
    }

    private static let time: DateFormatter = {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "EEE d MMM HH:mm"
        return formatter
    }()
}
