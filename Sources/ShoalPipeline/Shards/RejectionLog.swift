internal import ShoalKafka
internal import ShoalSchemas
internal import Synchronization

/// Logs records that are not watch events: of each reason one record a minute, with the number of those since the last line.
final class RejectionLog: Sendable {
    private struct Entry {
        /// When the next line may follow.
        var next: Int64
        var held = 0
    }

    private let entries = Mutex<[Rejection: Entry]>([:])
    /// Milliseconds.
    private static let pause: Int64 = 60_000

    /// Logs a record, unless one of the same reason was logged less than a minute ago.
    func log(
        _ fault: Fault, _ partition: TopicPartition, _ offset: Int64, _ log: PipelineLog, now: Int64 = Monotonic.now
    ) {
        guard let held = pass(fault.reason, now) else { return }
        var fields = [
            ("topic", partition.topic), ("partition", "\(partition.partition)"), ("offset", "\(offset)"),
            ("reason", fault.reason.rawValue),
        ]
        if let field = fault.field { fields.append(("field", field.rawValue)) }
        fields.append(("expected", fault.expected))
        if let byte = fault.byte { fields.append(("byte", "\(byte)")) }
        fields.append(("since_last", "\(held + 1)"))
        log.warning("record is not a watch event", fields)
    }

    /// - Returns: the number of records since the last that passed; nil: this one does not pass.
    private func pass(_ reason: Rejection, _ now: Int64) -> Int? {
        entries.withLock { entries in
            if let entry = entries[reason], now < entry.next {
                entries[reason]?.held += 1
                return nil
            }
            let held = entries[reason]?.held ?? 0
            entries[reason] = Entry(next: now + Self.pause)
            return held
        }
    }
}
