internal import Foundation

extension VerifyReport {
    /// As JSON: keys sorted, the same bytes for the same report.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// As lines to read.
    public var text: String {
        let last = lastModel.map { ", up to that of epoch \($0)" } ?? ""
        var lines = [
            isIdentical
                ? "identical: \(changes) changes of \(application), and \(models) models\(last), are what \(events) watch events give"
                : "different: \(changes) changes of \(application), and \(models) models\(last), are what the input gives, but:"
        ]
        for difference in differences {
            lines.append("  \(difference.text)")
            if let expected = difference.expected { lines.append("    expected  \(expected)") }
            if let found = difference.found { lines.append("    published \(found)") }
        }
        if gone > 0 {
            lines.append("\(gone) older changes were not compared: retention has taken them from the output topic")
        }
        for partition in partitions {
            lines.append(
                "  partition \(partition.partition): offsets \(partition.from) to \(partition.to), \(partition.phase)")
        }
        return (lines + notes).joined(separator: "\n")
    }
}
