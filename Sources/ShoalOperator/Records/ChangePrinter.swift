package import ShoalClient
import ShoalOperations
import ShoalSchemas

/// Prints changes, one on each line, until it is stopped or the reader of the output has gone.
package struct ChangePrinter {
    private let filter: ChangeFilter
    private let limit: Int
    private let isJSON: Bool

    /// - Parameter limit: The maximum number of changes.
    package init(_ filter: ChangeFilter, limit: Int, isJSON: Bool) {
        self.filter = filter
        self.limit = limit
        self.isJSON = isJSON
    }

    /// - Throws: Errors of the subscription.
    package func run(_ subscription: ClusterChanges.Configuration) async throws {
        let interrupt = Interrupt(within: .seconds(5))
        let output = StandardStream.output
        let hasColor = output.hasColor
        var iterator = ClusterChanges(subscription).makeAsyncIterator()
        var shown = 0
        var isRead = true
        defer { _ = output.flush() }
        while shown < limit, isRead, !interrupt.isSet {
            guard let next = try await iterator.next(timeout: .zero) else {
                if iterator.isAtEnd { break }
                // No record is available: flush, and check whether the reader has gone.
                isRead = output.flush() && output.isRead
                if isRead { try await Task.sleep(for: .milliseconds(50)) }
                continue
            }
            guard filter.matches(next.change) else { continue }
            shown += 1
            isRead = output.append(line(next.change, hasColor))
        }
    }

    private func line(_ change: ClusterChange, _ hasColor: Bool) -> [UInt8] {
        var line: [UInt8] = []
        if isJSON {
            change.encodeJSON(into: &line)
            if line.contains(where: { $0 >= 0x7F }) {
                line = Array(String(decoding: line, as: UTF8.self).printableJSON.utf8)
            }
        } else {
            line += change.sentence(hasColor: hasColor).utf8
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }
}
