/// Parses positions in a topic from the command line.
package enum RecordPositions {
    /// The forms of a time, for messages.
    package static let times = "a time (2026-11-24T10:00:00Z, or milliseconds since 1970)"

    /// Parses `PARTITION:OFFSET,...`.
    /// - Throws: `UsageError`.
    package static func parse(_ text: String, option: String) throws -> [Int32: Int64] {
        var positions: [Int32: Int64] = [:]
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let numbers = part.split(separator: ":", omittingEmptySubsequences: false)
            guard numbers.count == 2, let partition = Int32(numbers[0]), let offset = Int64(numbers[1]),
                partition >= 0, offset >= 0
            else { throw UsageError(description: "--\(option) \(text): \(part) is not PARTITION:OFFSET") }
            positions[partition] = offset
        }
        return positions
    }
}
