internal import ShoalClustering
public import ShoalKafka
public import ShoalPipeline
internal import ShoalSettings
internal import Synchronization

/// Writes the changes of a replay to a topic, in order for each key like a live run, but without transactions.
///
/// `@unchecked Sendable`: the producer is thread-safe in librdkafka, and is used only under the lock.
public final class ChangePublisher: @unchecked Sendable {
    private let topic: String
    private let producer: Producer
    private let encoder: ChangeRecord
    private let buffer = Mutex(RecordBuffer())
    private let count = Atomic<Int>(0)

    /// - Throws: `KafkaError`.
    public init(_ topic: String, client: ClientConfiguration, key: PrivacyKey, isJSON: Bool) throws(KafkaError) {
        self.topic = topic
        var client = client
        client.settings.merge(["linger.ms": "20", "queue.buffering.max.kbytes": "65536"]) { user, _ in user }
        producer = try Producer(client)
        encoder = ChangeRecord(format: isJSON ? .json : .protobuf, key: key)
    }

    /// Changes that brokers have acknowledged.
    public var delivered: Int { producer.delivered }

    /// As `120 changes were written to what-if`, with those that are not known to be there.
    public var text: String {
        let missing = count.load(ordering: .relaxed) - delivered
        return "\(delivered) changes were written to \(topic)"
            + (missing > 0 ? ", \(missing) were not acknowledged" : "")
    }

    /// Waits until brokers have acknowledged all changes.
    /// - Throws: `KafkaError` of a record that a broker refused, or that was not acknowledged in time.
    public func finish() throws {
        try producer.flush(timeout: .seconds(60))
        if let (error, _) = producer.undelivered { throw error }
    }

    var outlet: ReplayOutlet {
        ReplayOutlet(
            members: { changes, partition in
                try self.send { records in
                    self.encoder.append(changes, partition: partition, memberships: false, to: &records)
                }
            },
            clusters: { changes, model in
                try self.send { records in
                    for change in changes { self.encoder.append(change, model: model, to: &records) }
                }
            })
    }

    private func send(_ fill: (inout RecordBuffer) -> Void) throws {
        try buffer.withLock { records in
            records.removeAll()
            fill(&records)
            for entry in records.entries {
                let key = entry.key.map { Array(records.bytes[$0]) } ?? []
                let value = entry.value.map { Array(records.bytes[$0]) } ?? []
                _ = try producer.produce(to: topic, key: key.span, value: value.span) { true }
                count.add(1, ordering: .relaxed)
            }
        }
    }
}

extension Replay {
    /// Returns a replay that publishes its changes to a topic.
    public func publishing(to publisher: ChangePublisher) -> Replay {
        var replay = self
        replay.outlet = publisher.outlet
        return replay
    }
}
