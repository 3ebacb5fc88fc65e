internal import CShoalRdKafka
import Synchronization

/// Holds the first of two possible answers.
final class Answer<R: Sendable>: Sendable {
    private struct State {
        var result: Result<R, KafkaError>?
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Waits for the answer. It is passed under a lock instead of by the continuation, because the thread sanitizer
    /// does not see that resuming a continuation orders memory accesses.
    func get() async -> Result<R, KafkaError> {
        while true {
            if let result = state.withLock(\.result) { return result }
            await withCheckedContinuation { continuation in
                let isThere = state.withLock { state in
                    if state.result == nil { state.waiting = continuation }
                    return state.result != nil
                }
                if isThere { continuation.resume() }
            }
        }
    }

    func give(_ result: Result<R, KafkaError>) {
        state.withLock { state in
            defer { state.waiting = nil }
            if state.result == nil { state.result = result }
            return state.waiting
        }?.resume()
    }
}

extension Handle {
    /// Sends an admin request and waits for its event. The caller destroys the event.
    func ask(
        _ operation: rd_kafka_admin_op_t, _ timeout: Duration, _ doing: KafkaError.Operation,
        _ send: (OpaquePointer?, OpaquePointer?) -> Void
    ) throws(KafkaError) -> OpaquePointer? {
        let options = unsafe rd_kafka_AdminOptions_new(pointer, operation)
        let queue = unsafe rd_kafka_queue_new(pointer)
        defer {
            unsafe rd_kafka_AdminOptions_destroy(options)
            unsafe rd_kafka_queue_destroy(queue)
        }
        var text = [CChar](repeating: 0, count: 512)
        let code = unsafe rd_kafka_AdminOptions_set_request_timeout(options, timeout.timeout, &text, text.count)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw KafkaError(code, doing, text: ClientConfiguration.string(text))
        }
        unsafe send(options, queue)
        guard let event = unsafe rd_kafka_queue_poll(queue, timeout.timeout) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, doing, severity: .retriable)
        }
        let failure = unsafe rd_kafka_event_error(event)
        if failure != RD_KAFKA_RESP_ERR_NO_ERROR {
            let text = unsafe rd_kafka_event_error_string(event).map { unsafe String(cString: $0) }
            unsafe rd_kafka_event_destroy(event)
            throw KafkaError(failure, doing, text: text)
        }
        return unsafe event
    }

    /// Returns the errors among the results of an admin request, by topic.
    func errors(
        _ results: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int, _ doing: (String) -> KafkaError.Operation
    ) -> [String: KafkaError] {
        var errors: [String: KafkaError] = [:]
        for index in 0..<count {
            // Safe: there are `count` results, and they live as long as their event.
            guard let result = unsafe results?[index], let name = unsafe rd_kafka_topic_result_name(result) else {
                continue
            }
            let code = unsafe rd_kafka_topic_result_error(result)
            guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { continue }
            let topic = unsafe String(cString: name)
            let text = unsafe rd_kafka_topic_result_error_string(result).map { unsafe String(cString: $0) }
            errors[topic] = KafkaError(code, doing(topic), text: text)
        }
        return errors
    }
}
