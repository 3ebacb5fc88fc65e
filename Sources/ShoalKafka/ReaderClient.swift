internal import CShoalRdKafka

/// A consumer outside any group that reads single partitions: committed records only, each partition through its own
/// queue, so that starting and stopping one does not affect others.
public final class ReaderClient: Sendable {
    let handle: Handle
    private let limit: FetchLimit
    /// nil: this version of librdkafka needs none.
    private let waker: FetchWaker?

    public init(_ configuration: ClientConfiguration) throws(KafkaError) {
        var configuration = configuration
        // A partition's end is seen when a fetch comes back empty, and a take-over waits for some ends, one after the other.
        // The queue of each partition would hold 64 MiB of large records.
        var defaults = ["fetch.wait.max.ms": "50", "queued.max.messages.kbytes": "32768"]
        if FetchLimit.hasBackoff { defaults[FetchLimit.backoff] = "10" }
        configuration.settings.merge(defaults) { user, _ in user }
        limit = FetchLimit(configuration.settings)
        handle = try Handle(
            RD_KAFKA_CONSUMER, configuration,
            adding: [
                "isolation.level": "read_committed", "enable.auto.commit": "false",
                "enable.auto.offset.store": "false", "enable.partition.eof": "true", "auto.offset.reset": "error",
            ])
        waker = FetchLimit.hasBackoff ? nil : FetchWaker(handle)
    }

    /// Starts reading a partition. At most one reader per partition at a time.
    /// - Parameter offset: The first offset to read. It must exist, or be the end.
    public func reader(topic: String, partition: Int32, from offset: Int64) throws(KafkaError) -> PartitionReader {
        try PartitionReader(
            handle: handle, topic: topic, partition: partition, offset: offset, limit: limit, waker: waker)
    }
}

/// Reads one partition from an offset on. Not thread-safe.
@safe public final class PartitionReader {
    public let topic: String
    public let partition: Int32
    /// The next offset: after the last returned message and, at the end of the partition, after the control records and
    /// aborted transactions that follow it.
    public private(set) var position: Int64

    private let handle: Handle
    private let rkt: OpaquePointer
    private let queue: OpaquePointer
    /// Counts the moments at which the queue was empty and something arrived.
    private let arrivals = Signal()
    /// The count before the last poll.
    private var seen: UInt64 = 0
    private let limit: FetchLimit
    private let waker: FetchWaker?
    /// Whether the queue was full, and librdkafka has not been woken since.
    private var wasFull = false

    init(
        handle: Handle, topic: String, partition: Int32, offset: Int64, limit: FetchLimit, waker: FetchWaker?
    ) throws(KafkaError) {
        self.handle = handle
        self.limit = limit
        self.waker = waker
        self.topic = topic
        self.partition = partition
        position = offset
        guard let rkt = unsafe rd_kafka_topic_new(handle.pointer, topic, nil),
            let queue = unsafe rd_kafka_queue_new(handle.pointer)
        else {
            throw KafkaError(rd_kafka_last_error(), .reading(TopicPartition(topic, partition)))
        }
        unsafe self.rkt = rkt
        unsafe self.queue = queue
        unsafe arrivals.notify(of: queue)
        guard unsafe rd_kafka_consume_start_queue(rkt, partition, offset, queue) == 0 else {
            throw KafkaError(rd_kafka_last_error(), .reading(TopicPartition(topic, partition), from: offset))
        }
    }

    deinit {
        unsafe rd_kafka_consume_stop(rkt, partition)
        unsafe Signal.end(of: queue)
        unsafe rd_kafka_queue_destroy(queue)
        unsafe rd_kafka_topic_destroy(rkt)
    }

    /// Waits until something has arrived after a poll that returned nothing, at most for a time: a message, the end of
    /// the partition, or an error. Returns early if `wake` is called or the task is cancelled.
    public func wait(atMost time: Duration) async {
        await arrivals.wait(past: seen, atMost: time)
    }

    /// Ends the current or the next wait.
    public func wake() {
        arrivals.notify()
    }

    /// Returns available messages, up to `max`. Waits up to `timeout` for the first.
    ///
    /// About 150 ns a message. Does not block without a timeout.
    /// - Throws: `KafkaError` with topic, partition and offset if the offset is out of range (`_AUTO_OFFSET_RESET`),
    ///   the topic does not exist, or a right is missing. Transient errors are waited for.
    public func poll(max: Int, timeout: Duration = .zero) throws(KafkaError) -> MessageBatch {
        let messages = UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>.allocate(capacity: max)
        seen = arrivals.count
        let found = unsafe rd_kafka_consume_batch_queue(queue, timeout.timeout, messages, max)
        if found <= 0 { unsafe rd_kafka_poll(handle.pointer, 0) }
        var (kept, bytes) = (0, 0)
        var problem: KafkaError?
        for index in 0..<Swift.max(found, 0) {
            guard let message = unsafe messages[index] else { continue }
            let code = unsafe message.pointee.err
            if code == RD_KAFKA_RESP_ERR_NO_ERROR, problem == nil {
                let offset = unsafe message.pointee.offset
                if offset < position {
                    problem = KafkaError(
                        RD_KAFKA_RESP_ERR__BAD_MSG, .reading(TopicPartition(topic, partition)), severity: .fatal,
                        text: "offset \(offset) came after \(position - 1): the topic may have been recreated")
                } else {
                    position = offset + 1
                    unsafe bytes += message.pointee.len
                    unsafe messages[kept] = message
                    kept += 1
                    continue
                }
            } else if code == RD_KAFKA_RESP_ERR__PARTITION_EOF {
                position = Swift.max(position, unsafe message.pointee.offset)
            } else if let error = unsafe failure(code, message), problem == nil {
                problem = error
            }
            unsafe rd_kafka_message_destroy(message)
        }
        if let waker, kept > 0 { wake(waker, after: kept, size: bytes / kept) }
        let batch = unsafe MessageBatch(taking: messages, count: kept, of: handle)
        if let problem { throw problem }
        return batch
    }

    /// Wakes librdkafka when a queue that was full is half empty.
    /// - Parameters:
    ///   - count: the number of records that were taken out of the queue.
    ///   - size: their mean size in bytes.
    private func wake(_ waker: FetchWaker, after count: Int, size: Int) {
        let left = Int(unsafe rd_kafka_queue_length(queue))
        if limit.isReached(left + count, size: size) { wasFull = true }
        guard wasFull, !limit.isReached(left, size: size) else { return }
        wasFull = false
        waker.wake(topic, partition)
    }

    /// The high watermark as of the leader's last answer; `nil` before the first. Sends no request; below 1 µs.
    public var knownHighWatermark: Int64? {
        var (low, high): (Int64, Int64) = (-1, -1)
        guard
            unsafe rd_kafka_get_watermark_offsets(handle.pointer, topic, partition, &low, &high)
                == RD_KAFKA_RESP_ERR_NO_ERROR
        else { return nil }
        return high >= 0 ? high : nil
    }

    private func failure(
        _ code: rd_kafka_resp_err_t, _ message: UnsafeMutablePointer<rd_kafka_message_t>
    ) -> KafkaError? {
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        var error = unsafe KafkaError(
            code, .reading(TopicPartition(topic, partition), at: position),
            text: rd_kafka_message_errstr(message).map { unsafe String(cString: $0) })
        error.place = .init(partition: TopicPartition(topic, partition), offset: position)
        return error.isTimeout ? nil : error
    }
}
