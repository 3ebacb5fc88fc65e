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

    package func matches(_ letter: DeadLetterEntry) -> Bool {
        (reasons.isEmpty || reasons.contains(letter.reason))
            && (partition ?? letter.origin.partition) == letter.origin.partition
    }
}
