internal import ShoalKafka
internal import ShoalSettings

/// A partition reader with stall detection. If committed records do not arrive, it continues from the same offset with
/// a new client. If an open transaction hides them, it logs the transaction and how to end it.
///
/// For use by one actor.
final class WatchedReader {
    /// The reader's dependencies.
    struct Dependencies {
        var options: PipelineOptions
        var admin: Admin
        var heartbeats: Heartbeats
        var log: PipelineLog
    }

    private let around: Dependencies
    private let place: TopicPartition
    private let part: Heartbeats.Component
    private var reader: PartitionReader
    private var watch: StallWatch
    private var isChecking = false

    /// - Parameters:
    ///   - part: The component that reports the heartbeat.
    ///   - from: The offset of the first record to read.
    init(
        _ client: ReaderClient, _ place: TopicPartition, from offset: Int64, for part: Heartbeats.Component,
        _ around: Dependencies
    ) throws(KafkaError) {
        self.around = around
        self.place = place
        self.part = part
        watch = StallWatch(timeout: around.options.watchdogTimeout.milliseconds)
        reader = try client.reader(topic: place.topic, partition: place.partition, from: offset)
    }

    /// The position, see `PartitionReader`.
    var position: Int64 { reader.position }
    var knownHighWatermark: Int64? { reader.knownHighWatermark }

    func poll(max: Int) throws(KafkaError) -> MessageBatch {
        try reader.poll(max: max)
    }

    /// Waits until something has arrived, or for some seconds, after which the heartbeat is due. Call it when nothing has arrived.
    /// - Parameter due: the time at which the owner has something to do, in milliseconds of the monotonic clock; nil: none.
    /// - Throws: `KafkaError`, as `checkStall`; `CancellationError`.
    func wait(until due: Int64? = nil) async throws {
        try await checkStall()
        let now = Monotonic.now
        // The time is over while another caller asks the brokers.
        let time = min(watch.due, due ?? .max) - now
        await reader.wait(
            atMost: min(Monotonic.pause(around.options.idlePause, now), .milliseconds(time > 0 ? time : 1_000)))
        try Task.checkCancellation()
    }

    /// Ends a wait.
    func wake() {
        reader.wake()
    }

    /// Checks for a stall. Call it when nothing has arrived. Cheap, except for occasional broker queries.
    /// - Throws: `KafkaError` if a new client cannot be created.
    private func checkStall() async throws {
        guard !isChecking else { return }
        isChecking = true
        defer { isChecking = false }
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
                "committed records do not arrive: reading on with a new client",
                [("seconds", "\(time / 1_000)")] + fields)
            reader = try ReaderClient(around.options.kafka).reader(
                topic: place.topic, partition: place.partition, from: position)
        }
    }

    private func tell(_ time: Int64) {
        around.log.warning(
            "the last stable offset does not move: another producer's transaction is open",
            [("seconds", "\(time / 1_000)")] + fields
                + [("advice", Self.hanging(place.topic, partition: place.partition, position))])
    }

    private var fields: [(String, String)] {
        [("topic", place.topic), ("partition", "\(place.partition)"), ("offset", "\(position)")]
    }

    /// Returns advice for a transaction that does not end.
    static func hanging(_ topic: String, partition: Int32 = 0, _ position: Int64) -> String {
        "waiting for a transaction on \(topic) partition \(partition) that began at offset \(position) and is still open. "
            + "`kafka-transactions.sh describe-producers --topic \(topic) --partition \(partition)` names its producer id; "
            + "if that is gone for good, `kafka-transactions.sh abort --topic \(topic) --partition \(partition) "
            + "--start-offset \(position)` ends it"
    }
}
