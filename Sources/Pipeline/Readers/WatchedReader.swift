internal import Kafka

/// A partition's reader that is looked after: where committed records do not come, it goes on from the same offset through a
/// new client; where a transaction that is open hides them, the log names it, and says how to end it.
///
/// For one actor, which may look while it reads.
final class WatchedReader {
    /// What is around it.
    struct Surroundings {
        var options: PipelineOptions
        var admin: Admin
        var heartbeats: Heartbeats
        var log: PipelineLog
    }

    private let around: Surroundings
    private let place: TopicPartition
    private let part: Heartbeats.Part
    private var reader: PartitionReader
    private var watch: StallWatch
    private var isLooking = false

    /// - Parameters:
    ///   - part: whose heart tells of it.
    ///   - from: of the first record wanted.
    init(
        _ client: ReaderClient, _ place: TopicPartition, from offset: Int64, for part: Heartbeats.Part,
        _ around: Surroundings
    ) throws(KafkaError) {
        self.around = around
        self.place = place
        self.part = part
        watch = StallWatch(timeout: around.options.watchdogTimeout.milliseconds)
        reader = try client.reader(topic: place.topic, partition: place.partition, from: offset)
    }

    /// As of `PartitionReader`.
    var position: Int64 { reader.position }
    var knownHighWatermark: Int64? { reader.knownHighWatermark }

    func poll(max: Int) throws(KafkaError) -> MessageBatch {
        try reader.poll(max: max)
    }

    /// To be called when nothing has come: costs next to nothing, but now and then it asks brokers.
    /// - Throws: `KafkaError` where no new client can be made.
    func look() async throws {
        guard !isLooking else { return }
        isLooking = true
        defer { isLooking = false }
        switch watch.stands(at: position, Monotonic.now) {
        case nil, .tell: break
        case .askHigh:
            around.heartbeats.rest(part, "asking for the high watermark")
            let marks = try? await around.admin.watermarks(of: place)
            watch.answered(high: marks?.high, Monotonic.now)
        case .askStable:
            around.heartbeats.rest(part, "asking for the last stable offset")
            let marks = try? await Admin(around.options.kafka, seesCommitted: true).watermarks(of: place)
            if case .tell(let time) = watch.answered(stable: marks?.high, Monotonic.now) { tell(time) }
        case .renew(let time):
            around.log.error(
                "\(place): committed records from offset \(position) on have not come for \(time / 1_000) s; reading on "
                    + "with a new client", fields)
            reader = try ReaderClient(around.options.kafka).reader(
                topic: place.topic, partition: place.partition, from: position)
        }
    }

    private func tell(_ time: Int64) {
        around.log.warning(
            "the last stable offset has not moved for \(time / 1_000) s: "
                + Self.hanging(place.topic, partition: place.partition, position), fields)
    }

    private var fields: [(String, String)] {
        [("topic", place.topic), ("partition", "\(place.partition)"), ("offset", "\(position)")]
    }

    /// What to do about a transaction that does not end.
    static func hanging(_ topic: String, partition: Int32 = 0, _ position: Int64) -> String {
        "waiting for a transaction on \(topic) partition \(partition) that began at offset \(position) and is still open. "
            + "`kafka-transactions.sh describe-producers --topic \(topic) --partition \(partition)` names its producer id; "
            + "if that is gone for good, `kafka-transactions.sh abort --topic \(topic) --partition \(partition) "
            + "--start-offset \(position)` ends it"
    }
}
