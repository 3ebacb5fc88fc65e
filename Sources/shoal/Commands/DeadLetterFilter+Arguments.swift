import ShoalOperator
import ShoalSchemas

extension DeadLetterFilter {
    static let options = [
        Command.Option("reason", "R", "only this reason, such as bad_json; may be repeated", isRepeatable: true),
        Command.Option("partition", "N", "only records from this input partition"),
        Command.Option("from", "TIME", "only dead letters written at this time or later"),
        Command.Option("until", "TIME", "only dead letters written before this time"),
    ]

    init(_ arguments: Arguments) throws {
        let reasons = try arguments.choices("reason", of: Rejection.allCases.map(\.rawValue))
        let partition = arguments.has("partition") ? Int32(clamping: try arguments.integer("partition", or: 0)) : nil
        self.init(
            reasons: reasons, partition: partition, from: try arguments.time("from"),
            until: try arguments.time("until"))
    }
}

extension Arguments {
    /// Returns the time of an option in ms since 1970.
    func time(_ name: String) throws -> Int64? {
        guard let text = self[name] else { return nil }
        guard let time = TimeText.milliseconds(text) else {
            throw UsageError(description: "--\(name) \(text): must be \(RecordPositions.times)")
        }
        return time
    }
}
