internal import CShoalRdKafka
import Foundation
import Synchronization

/// The sole owner of a librdkafka client.
///
/// `@unchecked Sendable`: librdkafka's functions are thread-safe, and nothing here changes after `init`.
@safe final class Handle: @unchecked Sendable {
    let pointer: OpaquePointer
    private let sink: Sink
    /// The configured bootstrap servers.
    private let servers: String
    /// The configured SASL mechanism.
    private let mechanism: String?

    /// The state that librdkafka's callbacks access through the client's opaque pointer.
    private final class Sink {
        let log: @Sendable (ClientConfiguration.LogLine) -> Void
        let deliveries = Mutex<Deliveries>(Deliveries())
        let connections = Mutex<ConnectionFailures>(ConnectionFailures())
        let unwritable = Mutex<String?>(nil)
        let refusals = Mutex<Refusals>(Refusals())

        init(_ log: @escaping @Sendable (ClientConfiguration.LogLine) -> Void) {
            self.log = log
        }

        /// Notes the facts of a line, and passes it on.
        func note(_ line: ClientConfiguration.LogLine) {
            if let topic = LibraryLog.unwritableTopic(line) { unwritable.withLock { $0 = topic } }
            if let reason = LibraryLog.refusal(line) {
                refusals.withLock { $0 = Refusals(count: $0.count + 1, reason: reason) }
            }
            if line.facility == "FAIL" { connections.withLock { $0.add(line.text) } }
            log(line)
        }
    }

    /// The outcome of a producer's records.
    struct Deliveries: Sendable {
        /// Acknowledged by a broker.
        var delivered = 0
        /// Given up.
        var failed = 0
        /// Why the first of these could not be delivered.
        var error: KafkaError?
    }

    /// Connections that brokers closed because of failed authentication.
    struct Refusals: Sendable {
        var count = 0
        /// The last message of the broker or of TLS.
        var reason = ""
    }

    /// Failed authentications. librdkafka reports their reason only in its log.
    var refusals: Refusals { sink.refusals.withLock { $0 } }

    /// The topic for which a transaction was last denied write access. librdkafka names it only in its log, before the
    /// error.
    var unwritableTopic: String? { sink.unwritable.withLock { $0 } }

    /// Undelivered records. Always empty unless the handle reports deliveries.
    var deliveries: Deliveries {
        var deliveries = sink.deliveries.withLock { $0 }
        deliveries.error = deliveries.error.map { naming($0) }
        return deliveries
    }

    /// Adds the brokers that could not be reached, with host, port and reason, to an error of a connection.
    func naming(_ error: KafkaError) -> KafkaError {
        guard error.isConnection || error.isAuthentication, error.connection == nil else { return error }
        var error = naming(mechanismOf: error)
        let failures = sink.connections.withLock { $0 }
        error.connection =
            error.isAuthentication
            ? failures.brokers : failures.text ?? (servers.isEmpty ? nil : "no answer from \(servers)")
        return error
    }

    /// Adds the SASL mechanism to the error of a refused authentication.
    func naming(mechanismOf error: KafkaError) -> KafkaError {
        guard error.isAuthentication else { return error }
        var error = error
        error.mechanism = mechanism
        return error
    }

    /// - Parameters:
    ///   - events: The types to deliver as events (`RD_KAFKA_EVENT_…`).
    ///   - reportsDeliveries: Whether to count delivered and undeliverable records.
    init(
        _ type: rd_kafka_type_t, _ configuration: ClientConfiguration, adding settings: [String: String],
        events: Int32 = 0, reportsDeliveries: Bool = false
    ) throws(KafkaError) {
        let conf = unsafe try configuration.conf(adding: settings)
        sink = Sink(configuration.log)
        servers = configuration.settings["bootstrap.servers"] ?? configuration.settings["metadata.broker.list"] ?? ""
        mechanism = configuration.settings["sasl.mechanism"] ?? configuration.settings["sasl.mechanisms"]
        unsafe rd_kafka_conf_set_opaque(conf, Unmanaged.passUnretained(sink).toOpaque())
        unsafe rd_kafka_conf_set_log_cb(conf) { client, level, facility, text in
            // Safe: the sink lives until the client is destroyed, which ends its threads.
            guard let opaque = unsafe rd_kafka_opaque(client), let facility = unsafe facility, let text = unsafe text
            else { return }
            let sink = unsafe Unmanaged<Sink>.fromOpaque(opaque).takeUnretainedValue()
            let line = unsafe ClientConfiguration.LogLine(
                level: level, facility: String(cString: facility), text: String(cString: text))
            sink.note(line)
        }
        if reportsDeliveries {
            unsafe rd_kafka_conf_set_dr_msg_cb(conf) { client, message, _ in
                guard let message = unsafe message, let opaque = unsafe rd_kafka_opaque(client) else { return }
                // Safe: the sink lives until the client is destroyed, and callbacks end before that.
                let sink = unsafe Unmanaged<Sink>.fromOpaque(opaque).takeUnretainedValue()
                guard unsafe message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR else {
                    return sink.deliveries.withLock { $0.delivered += 1 }
                }
                let topic = unsafe message.pointee.rkt.map { unsafe String(cString: rd_kafka_topic_name($0)) } ?? ""
                let error = KafkaError(unsafe message.pointee.err, .producing(topic: topic))
                sink.deliveries.withLock { deliveries in
                    deliveries.failed += 1
                    if deliveries.error == nil { deliveries.error = error }
                }
            }
        }
        if events != 0 { unsafe rd_kafka_conf_set_events(conf, events) }
        var text = [CChar](repeating: 0, count: 512)
        guard let pointer = unsafe rd_kafka_new(type, conf, &text, text.count) else {
            unsafe rd_kafka_conf_destroy(conf)
            throw KafkaError(
                RD_KAFKA_RESP_ERR__INVALID_ARG, .startingClient, severity: .fatal,
                text: ClientConfiguration.string(text))
        }
        unsafe self.pointer = pointer
        configuration.clients.add(self)
    }

    deinit {
        // librdkafka joins its threads, which takes time while brokers are unreachable. Do it in the background.
        let remains = unsafe Remains(pointer: pointer, sink: sink)
        Thread.detachNewThread { remains.destroy() }
    }

    /// A closed handle's client, to be destroyed in the background.
    ///
    /// `@unchecked Sendable`: this is the only owner of the pointer.
    @safe private struct Remains: @unchecked Sendable {
        let pointer: OpaquePointer
        /// Accessed by callbacks until the client is destroyed.
        let sink: Sink

        func destroy() {
            // A group consumer has been closed before, or leaves without notice.
            unsafe rd_kafka_destroy_flags(pointer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
            withExtendedLifetime(sink) {}
        }
    }
}

extension Duration {
    /// The duration in whole milliseconds, the unit of librdkafka's timeouts.
    public var milliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }

    var timeout: Int32 { Int32(clamping: milliseconds) }
}
