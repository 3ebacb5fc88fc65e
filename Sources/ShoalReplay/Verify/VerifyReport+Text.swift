internal import Foundation

extension VerifyReport {
    /// Returns the report as JSON with sorted keys. Equal reports give equal bytes.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// The report as text.
    public var text: String {
        let last = models > 0 ? lastModel.map { ", up to that of epoch \($0)" } ?? "" : ""
        let facts = "\(changes) changes of \(application), and \(models) models\(last), match"
        let isContinued = partitions.contains { $0.isFromCheckpoint }
        let how = isContinued ? " from the checkpoints on" : ""
        var lines = [
            isIdentical
                ? "identical\(how): \(facts) the result of \(events) watch events"
                : "different: \(facts) the result of the input\(how), except for:"
        ]
        for difference in differences {
            lines.append("  \(difference.text)")
            if let expected = difference.expected { lines.append("    expected  \(expected)") }
            if let found = difference.found { lines.append("    published \(found)") }
        }
        if gone > 0 {
            lines.append("\(gone) older changes were not compared: retention has deleted them from the output topic")
        }
        if let givenModel {
            let rest = models > 0 ? "" : "; no later one exists"
            lines.append("models up to that of epoch \(givenModel) were used as recorded, and not compared\(rest)")
        }
        if earlier > 0 { lines.append("\(earlier) earlier changes were not compared") }
        for partition in partitions {
            let start =
                partition.isFromCheckpoint ? ", from its checkpoint on" : isContinued ? ", from its beginning" : ""
            lines.append(
                "  partition \(partition.partition): offsets \(partition.from) to \(partition.to), "
                    + "\(partition.phase)\(start)")
        }
        return (lines + notes).joined(separator: "\n")
    }
}
