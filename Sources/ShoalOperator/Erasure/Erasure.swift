import Foundation
package import ShoalClustering
package import ShoalKafka
package import ShoalOperations
import ShoalPipeline
import ShoalSettings

/// Erases viewers: sends their tombstones to the input, and waits until the application has read them.
package struct Erasure: Sendable {
    /// Tombstones that were sent.
    package struct Sent: Sendable {
        package var timeMs: Int64
        /// For each partition with a tombstone, the committed offset that is behind it.
        package var targets: [TopicPartition: Int64]
    }

    /// The group's positions behind the tombstones.
    package struct Read: Sendable {
        package var timeMs: Int64
        /// The open epoch of each partition with a tombstone. Its delta takes the viewers out of the sums.
        package var epochs: [Epoch]
    }

    let configuration: Configuration
    let viewers: [[UInt8]]
    /// Whether they are put on the opt-out list, too.
    let optsOut: Bool
    private let admin: Admin

    /// - Throws: `KafkaError`.
    package init(_ configuration: Configuration, viewers: [[UInt8]], optsOut: Bool = false) throws(KafkaError) {
        self.optsOut = optsOut
        self.configuration = configuration
        self.viewers = viewers
        admin = try Admin(configuration.client(configuration.logger))
    }

    /// Sends a record with the viewer as its key and without a value for each viewer, to the partition of the viewer's
    /// other records. With `input.partitioner=any` that is not known, and each partition gets one.
    /// - Throws: `PipelineError` if the input does not exist; `KafkaError`.
    package func send() async throws -> Sent {
        let input = configuration.topics.input
        guard let count = try await admin.partitions(of: input) else {
            throw PipelineError(.missingData, "\(input) does not exist")
        }
        let producer = try Producer(configuration.client(configuration.logger))
        let partitioner = configuration[\.engine.fixed.partitioner].ofKeys
        var partitions: Set<Int32> = []
        for viewer in viewers {
            let own = partitioner?.partition(of: viewer.span, count: count).map { [$0] } ?? Array(0..<count)
            for partition in own {
                try producer.produce(to: input, partition: partition, key: viewer.span, value: nil)
                partitions.insert(partition)
            }
        }
        try producer.deliver(to: input)
        var sent = Sent(timeMs: Self.now, targets: [:])
        for partition in partitions.map({ TopicPartition(input, $0) }) {
            sent.targets[partition] = try await admin.watermarks(of: partition).high
        }
        return sent
    }

    /// Puts the viewers on the opt-out list, so that their later events are dropped.
    /// - Throws: `PipelineError` if there is no list; `KafkaError`.
    func optOut() throws {
        guard let topic = configuration[\.optOutTopic] else {
            throw Configuration.Invalid(problems: ["privacy.opt-out-topic is not set: --opt-out requires it"])
        }
        let producer = try Producer(configuration.client(configuration.logger))
        let value = Array("{\"opted_out_ms\":\(Self.now)}".utf8)
        for viewer in viewers { try producer.produce(to: topic, partition: 0, key: viewer.span, value: value.span) }
        try producer.deliver(to: topic)
    }

    /// Waits until the group has committed positions behind all tombstones.
    /// - Parameter limit: The maximum time to wait.
    /// - Returns: nil if it has not.
    /// - Throws: `KafkaError`.
    package func wait(for sent: Sent, limit: Duration) async throws -> Read? {
        let interrupt = Interrupt(within: .seconds(5))
        let end = ContinuousClock.now + limit
        while true {
            let committed = try await admin.committed(group: configuration[\.applicationID], isStable: false)
            if sent.targets.allSatisfy({ committed[$0.key].map(\.offset) ?? 0 >= $0.value }) {
                let epochs = sent.targets.keys.compactMap { partition in
                    committed[partition].flatMap {
                        CommittedPosition(offset: $0.offset, metadata: $0.metadata).handled?.phase.openOrNext
                    }
                }
                return Read(timeMs: Self.now, epochs: epochs)
            }
            guard ContinuousClock.now < end, !interrupt.isSet else { return nil }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    package static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }
}

extension Phase {
    /// The open epoch, or the one that is waited for.
    fileprivate var openOrNext: Epoch? {
        switch self {
        case .genesis: nil
        case .open(let epoch), .waiting(let epoch, _), .rotating(let epoch, _, _): epoch
        }
    }
}
