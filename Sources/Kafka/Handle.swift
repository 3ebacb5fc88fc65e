internal import CRdKafka

/// The one owner of a librdkafka client.
///
/// `@unchecked Sendable`: librdkafka's functions may be called from any thread, and nothing here changes after `init`.
@safe final class Handle: @unchecked Sendable {
    let pointer: OpaquePointer
    private let sink: LogSink

    /// What librdkafka's log callback reaches through the client's opaque pointer.
    private final class LogSink {
        let log: @Sendable (ClientConfiguration.LogLine) -> Void

        init(_ log: @escaping @Sendable (ClientConfiguration.LogLine) -> Void) {
            self.log = log
        }
    }

    /// - Parameter events: what is delivered as an event (`RD_KAFKA_EVENT_…`).
    init(
        _ type: rd_kafka_type_t, _ configuration: ClientConfiguration, adding settings: [String: String],
        events: Int32 = 0
    ) throws(KafkaError) {
        let conf = unsafe try configuration.conf(adding: settings)
        sink = LogSink(configuration.log)
        unsafe rd_kafka_conf_set_opaque(conf, Unmanaged.passUnretained(sink).toOpaque())
        unsafe rd_kafka_conf_set_log_cb(conf) { client, level, facility, text in
            // Safe: the sink lives until the client is destroyed, and that ends its threads.
            guard let opaque = unsafe rd_kafka_opaque(client), let facility = unsafe facility, let text = unsafe text
            else { return }
            let sink = unsafe Unmanaged<LogSink>.fromOpaque(opaque).takeUnretainedValue()
            unsafe sink.log(.init(level: level, facility: String(cString: facility), text: String(cString: text)))
        }
        if events != 0 { unsafe rd_kafka_conf_set_events(conf, events) }
        var text = [CChar](repeating: 0, count: 512)
        guard let pointer = unsafe rd_kafka_new(type, conf, &text, text.count) else {
            unsafe rd_kafka_conf_destroy(conf)
            throw KafkaError(
                RD_KAFKA_RESP_ERR__INVALID_ARG, "starting a client", severity: .fatal,
                text: ClientConfiguration.string(text))
        }
        unsafe self.pointer = pointer
    }

    deinit {
        // The consumer of a group has been closed before, or is to leave without a word.
        unsafe rd_kafka_destroy_flags(pointer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
    }
}

extension Duration {
    /// Whole milliseconds, as librdkafka's time-outs are.
    public var milliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }

    var timeout: Int32 { Int32(clamping: milliseconds) }
}
