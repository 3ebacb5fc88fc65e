internal import Kafka
internal import Pipeline
internal import Schemas

/// A topic as a replay reads it, for all of its partitions.
struct TopicInput: Sendable {
    let client: ReaderClient
    let topic: String
    let key: PrivacyKey
    let options: WatchEventReader.Options
    let progress: TopicProgress
    let rejected: RejectedCounts

    /// The records of a partition in a range of offsets.
    /// - Parameter place: where the partition stands in `progress`; nil: its number.
    // A function of its own, never inlined: Swift 6.3.1 crashes where what may throw is inlined into an asynchronous loop.
    @inline(never)
    func source(_ partition: Int32, _ range: Range<Int64>, at place: Int? = nil) throws -> TopicSource {
        try TopicSource(
            client, topic: topic, partition: place ?? Int(partition), of: partition, range: range, key: key,
            options: options, progress: progress, rejected: rejected)
    }
}
