import Foundation
import ShoalOperations
package import ShoalPipeline
import ShoalSchemas

/// Selects dead letters.
package struct DeadLetterFilter {
    private let reasons: Set<String>
    private let partition: Int32?
    /// In ms since 1970.
    package let from: Int64?
    package let until: Int64?

    /// - Parameters:
    ///   - reasons: The reasons to select; empty for any.
    ///   - partition: The partition of the input; nil for any.
    ///   - from: In ms since 1970; nil for the beginning.
    ///   - until: In ms since 1970; nil for the end.
    package init(reasons: Set<String>, partition: Int32?, from: Int64?, until: Int64?) {
        self.reasons = reasons
        self.partition = partition
        self.from = from
        self.until = until
    }

    /// What is selected, for the audit log: the topic and the filter, in the form of options.
    package func text(topic: String, limit: String?) -> String {
        var parts = [topic] + reasons.sorted().map { "--reason \($0)" }
        if let partition { parts.append("--partition \(partition)") }
        if let from { parts.append("--from \(from)") }
        if let until { parts.append("--until \(until)") }
        if let limit { parts.append("--limit \(limit)") }
        return parts.joined(separator: " ")
    }

    package func matches(_ letter: DeadLetterEntry) -> Bool {
        (reasons.isEmpty || reasons.contains(letter.reason))
            && (partition ?? letter.origin.partition) == letter.origin.partition
    }
}
