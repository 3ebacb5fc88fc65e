internal import CShoalRdKafka
import Dispatch
import Synchronization

/// Makes a client fetch again as soon as a full queue has been emptied.
///
/// librdkafka before 2.1 looks again at a partition with a full queue after a second, unless something wakes the thread of the
/// broker. Any request to the partition's leader does so. This one asks for the watermarks, which leaders have in memory.
final class FetchWaker: Sendable {
    private struct Place: Hashable {
        var topic: String
        var partition: Int32
    }

    private struct State {
        var waiting: Set<Place> = []
        var isBusy = false
    }

    private let handle: Handle
    private let state = Mutex(State())
    /// The requests block. They have a thread of their own.
    private let queue = DispatchQueue(label: "kafka-fetch")
    private static let timeout = Duration.milliseconds(500)

    init(_ handle: Handle) {
        self.handle = handle
    }

    /// Returns at once.
    func wake(_ topic: String, _ partition: Int32) {
        let isFirst = state.withLock { state in
            state.waiting.insert(Place(topic: topic, partition: partition))
            defer { state.isBusy = true }
            return !state.isBusy
        }
        if isFirst { queue.async { self.work() } }
    }

    private func work() {
        while let place = next() {
            var (low, high): (Int64, Int64) = (0, 0)
            // The answer makes no difference.
            _ = unsafe rd_kafka_query_watermark_offsets(
                handle.pointer, place.topic, place.partition, &low, &high, Self.timeout.timeout)
        }
    }

    private func next() -> Place? {
        state.withLock { state in
            let next = state.waiting.popFirst()
            state.isBusy = next != nil
            return next
        }
    }
}
