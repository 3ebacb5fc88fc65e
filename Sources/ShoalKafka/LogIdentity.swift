/// Detects that a topic was deleted, or deleted and created again under the same name. A pure state machine over the
/// responses of brokers. Two offsets of a log never decrease: its end, and the first offset with at least a fixed
/// timestamp.
///
/// Brokers can learn of a topic at different times, and a new leader can report outdated watermarks. A finding is
/// therefore confirmed only after several consecutive observations.
package struct LogIdentity: Sendable {
    /// The number of consecutive observations that confirm a finding.
    package static let needed = 4

    private struct Log {
        /// The largest known end.
        var end: Int64
        /// The first offset with at least the timestamp; nil: unknown.
        var first: Int64?
        var suspicions = 0
    }

    private struct Topic {
        var partitions: Int32
        var suspicions = 0
    }

    private var logs: [TopicPartition: Log] = [:]
    private var topics: [String: Topic] = [:]

    package init() {}

    /// Whether an unconfirmed finding exists, so that the check should be repeated soon.
    package var isSuspicious: Bool {
        topics.values.contains { $0.suspicions > 0 } || logs.values.contains { $0.suspicions > 0 }
    }

    /// Observes the number of partitions of a topic; nil: the topic does not exist.
    /// - Returns: The reason if the topic has been deleted or replaced.
    package mutating func saw(_ topic: String, partitions: Int32?) -> String? {
        guard var known = topics[topic] else {
            topics[topic] = partitions.map { Topic(partitions: $0) }
            return nil
        }
        defer { topics[topic] = known }
        if let partitions, partitions >= known.partitions {
            known.partitions = partitions
            known.suspicions = 0
            return nil
        }
        known.suspicions += 1
        guard known.suspicions >= Self.needed else { return nil }
        guard let partitions else { return "topic \(topic) was deleted" }
        return
            "topic \(topic) was deleted and created again: it has \(partitions) partitions, and had \(known.partitions)"
    }

    /// Observes the watermark of a log.
    /// - Parameters:
    ///   - position: The offset that this instance has read up to, at least.
    ///   - first: The first offset with at least the timestamp; negative: all records are older; nil: not queried.
    /// - Returns: The reason if the log has been deleted or replaced.
    package mutating func saw(_ place: TopicPartition, end: Int64, position: Int64 = 0, first: Int64? = nil) -> String?
    {
        var log = logs[place] ?? Log(end: max(end, position))
        defer { logs[place] = log }
        let known = max(log.end, position)
        // If every record is older than the timestamp, the first record that reaches it will be at or after `end`.
        let found = first.map { $0 < 0 ? end : $0 }
        let isReplaced = if let first, first >= 0, let before = log.first { first < before } else { false }
        guard end >= known, !isReplaced else {
            log.end = known
            log.suspicions += 1
            guard log.suspicions >= Self.needed else { return nil }
            let detail =
                end < known
                ? "it ends at offset \(end), and ended at \(known)"
                : "the record at offset \(log.first ?? 0) was replaced"
            return "topic \(place.topic) was deleted and created again, or truncated: partition \(place.partition): "
                + detail
        }
        log.end = end
        log.suspicions = 0
        if let found { log.first = max(log.first ?? found, found) }
        return nil
    }
}
