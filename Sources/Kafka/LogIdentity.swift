/// Detects that a topic was deleted, or deleted and created again under the same name: a pure state machine over the answers
/// of brokers. Two numbers of a log never decrease: its end, and the first offset with at least a fixed timestamp.
///
/// A broker may know a topic later than others, and a new leader may tell old watermarks: a finding counts when it was made
/// several times in a row.
package struct LogIdentity: Sendable {
    /// A finding counts after so many in a row.
    package static let needed = 4

    private struct Log {
        /// The largest known end.
        var end: Int64
        /// The first offset with at least the timestamp; nil: not known.
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

    /// Whether something is suspected: the questions are to be repeated soon.
    package var isSuspicious: Bool {
        topics.values.contains { $0.suspicions > 0 } || logs.values.contains { $0.suspicions > 0 }
    }

    /// Takes a topic's number of partitions in; nil: the topic does not exist.
    /// - Returns: the reason if the topic is not the one that it was.
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

    /// Takes the watermark of a log in.
    /// - Parameters:
    ///   - position: the offset that this instance has read up to, at least.
    ///   - first: the first offset with at least the timestamp; negative: no record is so new; nil: not asked.
    /// - Returns: the reason if the log is not the one that it was.
    package mutating func saw(_ place: TopicPartition, end: Int64, position: Int64 = 0, first: Int64? = nil) -> String?
    {
        var log = logs[place] ?? Log(end: max(end, position))
        defer { logs[place] = log }
        let known = max(log.end, position)
        // No record was so new when `end` was the end: the first that is, is behind it.
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
