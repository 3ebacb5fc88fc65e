import Kafka
import Operations
import ShoalClient

/// Sends records to a topic, keyed, and knows what became of them.
struct RecordSender {
    let topic: String
    private let producer: Producer
    /// Records that were put into the producer's queue.
    private(set) var sent = 0

    /// - Throws: `KafkaError`; `UnknownTopic`.
    init(to topic: String, _ configuration: Configuration) async throws {
        self.topic = topic
        var client = configuration.client(configuration.logger)
        client.settings.merge(["linger.ms": "20", "queue.buffering.max.kbytes": "65536"]) { user, _ in user }
        guard try await Admin(client).partitions(of: topic, timeout: .seconds(10)) != nil else {
            throw UnknownTopic(topic: topic)
        }
        producer = try Producer(client)
    }

    /// Waits for as long as the queue is full: a broker that is away comes back, or the records' own time-out ends it.
    /// - Parameter waiting: called meanwhile with what has been sent, in words; false: to give up.
    /// - Returns: whether the record is in the queue.
    /// - Throws: `KafkaError`, also of a record before.
    mutating func send(key: [UInt8], value: [UInt8], waiting: (String) -> Bool) throws -> Bool {
        while true {
            do throws(KafkaError) {
                try producer.produce(to: topic, key: key.span, value: value.span, timeout: .milliseconds(200))
                sent += 1
                return true
            } catch {
                guard error.name == "_QUEUE_FULL", producer.undelivered == nil else {
                    throw producer.undelivered?.error ?? error
                }
                if !waiting(text) { return false }
            }
        }
    }

    /// Serves the producer's callbacks; to be called now and then.
    /// - Throws: `KafkaError` of a record that could not be delivered.
    func check() throws {
        _ = producer.waiting()
        if let (error, _) = producer.undelivered { throw error }
    }

    /// Waits until all are with the brokers.
    /// - Parameters:
    ///   - timeout: for how long, at most.
    ///   - isStopped: asked meanwhile; from then on it waits for 5 s at most.
    func flush(timeout: Duration, isStopped: () -> Bool = { false }) throws {
        var end = ContinuousClock.now + timeout
        var wasStopped = false
        while true {
            if !wasStopped, isStopped() {
                wasStopped = true
                end = min(end, .now + .seconds(5))
            }
            let left = end - .now
            do throws(KafkaError) {
                return try producer.flush(timeout: min(max(left, .zero), .milliseconds(200)))
            } catch {
                guard error.isTimeout, producer.undelivered == nil, left > .zero else { throw error }
            }
        }
    }

    /// Records that are not lost.
    var delivered: Int { sent - lost }
    var lost: Int { producer.undelivered?.count ?? 0 }

    /// As `1200 events sent to watch-events, 3 could not be delivered`.
    var text: String {
        "\(delivered) events sent to \(topic)" + (lost > 0 ? ", \(lost) could not be delivered" : "")
    }
}
