internal import CShoalRdKafka

extension Signal {
    /// Notifies the signal whenever something arrives in an empty queue, on a thread of librdkafka, until `end(of:)`, which
    /// must precede the end of the signal's life.
    func notify(of queue: OpaquePointer?) {
        // Safe: `end(of:)` removes the callback, for which librdkafka takes the lock under which it calls it.
        unsafe rd_kafka_queue_cb_event_enable(
            queue,
            { _, signal in
                guard let signal = unsafe signal else { return }
                unsafe Unmanaged<Signal>.fromOpaque(signal).takeUnretainedValue().notify()
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Ends the notifications of a queue.
    static func end(of queue: OpaquePointer) {
        unsafe rd_kafka_queue_cb_event_enable(queue, nil, nil)
    }
}
