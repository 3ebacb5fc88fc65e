import ShoalClient
import ShoalKafka
package import ShoalOperations

/// Sends records to a topic, keyed, and counts those that brokers have acknowledged.
package struct RecordSender {
    package let topic: String
    private let producer: Producer
    /// The number of enqueued records.
    package private(set) var sent = 0

    /// - Throws: `KafkaError`; `UnknownTopic`.
    package init(to topic: String, _ configuration: Configuration) async throws {
        self.topic = topic
        var client = configuration.client(configuration.logger)
        client.settings.merge(["linger.ms": "20", "queue.buffering.max.kbytes": "65536"]) { user, _ in user }
        guard try await Admin(client).partitions(of: topic, timeout: .seconds(10)) != nil else {
            throw UnknownTopic(topic: topic)
        }
        producer = try Producer(client, partitioner: configuration.partitioner)
    }

    /// Enqueues a record. Waits while the queue is full, until a broker returns or the records' timeout passes.
    /// - Parameter waiting: Called while waiting, with the progress as text. Returns false to give up.
    /// - Returns: Whether the record was enqueued.
    /// - Throws: `KafkaError`, also of an earlier record.
    package mutating func send(key: [UInt8], value: [UInt8], waiting: (String) -> Bool) throws -> Bool {
        guard try producer.produce(to: topic, key: key.span, value: value.span, waiting: { waiting(text) }) else {
            return false
        }
        sent += 1
        return true
    }

    /// Serves the producer's callbacks. Call it regularly.
    /// - Throws: `KafkaError` of a record that could not be delivered.
    package func check() throws {
        _ = producer.waiting()
        if let (error, _) = producer.undelivered { throw error }
    }

    /// Waits until brokers have acknowledged all records.
    /// - Parameters:
    ///   - timeout: how long it waits at most.
    ///   - waiting: called a few times a second; false: to wait for at most `grace` from now on.
    ///   - grace: see `waiting`.
    /// - Throws: `KafkaError`: a record could not be delivered, or some were not acknowledged in time.
    package func flush(
        timeout: Duration = .seconds(60), grace: Duration = .seconds(10), waiting: () -> Bool = { true }
    ) throws {
        var end = ContinuousClock.now + timeout
        var isShort = false
        while true {
            do throws(KafkaError) {
                return try producer.flush(timeout: .milliseconds(200))
            } catch {
                guard error.isTimeout, producer.undelivered == nil, ContinuousClock.now < end else { throw error }
            }
            if !isShort, !waiting() {
                isShort = true
                end = min(end, .now + grace)
            }
        }
    }

    /// Records that brokers have acknowledged.
    package var delivered: Int { producer.delivered }
    /// Records that were given up.
    package var lost: Int { producer.undelivered?.count ?? 0 }
    /// Records of which it is not known whether a broker has them.
    package var open: Int { max(sent - delivered - lost, 0) }

    /// As `1200 events sent to watch-events, 3 could not be delivered`. Only acknowledged records count as sent.
    package var text: String {
        "\(delivered) events sent to \(topic)" + (lost > 0 ? ", \(lost) could not be delivered" : "")
    }

    /// The same after the last record, with those that were not acknowledged.
    package var finalText: String { text + (open > 0 ? ", \(open) were not acknowledged" : "") }
}
