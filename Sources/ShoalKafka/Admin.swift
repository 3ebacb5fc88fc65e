internal import CShoalRdKafka
import Foundation
import Synchronization

/// Queries and changes topics and groups. Blocking calls run on their own threads with a deadline, because librdkafka's
/// calls may exceed their timeout while brokers are down. A client without answers for long is replaced, since only its
/// connections may be broken.
public final class Admin: Sendable {
    private struct State {
        var handle: Handle
        /// The time of its last answer, or of its creation.
        var answered = ContinuousClock.now
    }

    private let configuration: ClientConfiguration
    private let isolation: String
    private let patience: Duration
    private let state: Mutex<State>
    private var bootstrap: String {
        configuration.settings["bootstrap.servers"] ?? configuration.settings["metadata.broker.list"] ?? ""
    }

    /// - Parameters:
    ///   - seesCommitted: Whether watermarks end at the last stable offset instead of the high watermark.
    ///   - patience: The time without an answer after which the client is replaced.
    public init(
        _ configuration: ClientConfiguration, seesCommitted: Bool = false, patience: Duration = .seconds(30)
    ) throws(KafkaError) {
        self.configuration = configuration
        self.patience = patience
        isolation = seesCommitted ? "read_committed" : "read_uncommitted"
        state = Mutex(State(handle: try Self.handle(configuration, isolation)))
    }

    private static func handle(
        _ configuration: ClientConfiguration, _ isolation: String
    ) throws(KafkaError) -> Handle {
        try Handle(
            RD_KAFKA_CONSUMER, configuration,
            adding: ["isolation.level": isolation, "enable.auto.commit": "false"])
    }

    /// The current client.
    private var handle: Handle { state.withLock { $0.handle } }

    /// Notes the outcome of a query, and replaces a client that gets no answers.
    private func note(hasAnswer: Bool, of asked: Handle) {
        let isDeaf = state.withLock { state in
            guard state.handle === asked else { return false }
            if hasAnswer { state.answered = .now }
            guard ContinuousClock.now - state.answered > patience else { return false }
            state.answered = .now
            return true
        }
        guard isDeaf, let new = try? Self.handle(configuration, isolation) else { return }
        state.withLock { $0.handle = new }
    }

    /// A topic to be created.
    public struct NewTopic: Sendable {
        public var name: String
        public var partitions: Int32
        /// The replication factor; −1 for the broker's default.
        public var replication: Int32
        public var configuration: [String: String]

        public init(
            _ name: String, partitions: Int32, replication: Int32 = -1, configuration: [String: String] = [:]
        ) {
            self.name = name
            self.partitions = partitions
            self.replication = replication
            self.configuration = configuration
        }
    }

    /// The first and the last offset of a partition: the low and the high watermark.
    public struct Watermarks: Sendable, Equatable {
        public var low: Int64
        public var high: Int64

        public init(low: Int64, high: Int64) {
            self.low = low
            self.high = high
        }
    }

    /// Returns the number of partitions of a topic, or `nil` if it does not exist.
    public func partitions(of topic: String, timeout: Duration = .seconds(5)) async throws(KafkaError) -> Int32? {
        try await layout(of: topic, timeout: timeout)?.partitions
    }

    /// Returns the low and high watermark of a partition.
    public func watermarks(
        of partition: TopicPartition, timeout: Duration = .seconds(5)
    ) async throws(KafkaError) -> Watermarks {
        // Twice the time, because an unresponsive leader uses all of the first.
        try await patiently(timeout, .watermarks(partition), within: timeout * 2) { handle throws(KafkaError) in
            var marks = Watermarks(low: 0, high: 0)
            try KafkaError.check(
                unsafe rd_kafka_query_watermark_offsets(
                    handle.pointer, partition.topic, partition.partition, &marks.low, &marks.high, timeout.timeout),
                .watermarks(partition))
            return marks
        } orIf: { error throws(KafkaError) in
            // librdkafka keeps asking the cached leader even if the partition has moved or was recreated. Only a
            // metadata query for the topic updates it. A new topic has its leader soon.
            guard error.isUnknownTopic || error.isTimeout else { return false }
            return try await partitions(of: partition.topic, timeout: timeout) != nil
        }
    }

    /// Returns the first offset whose record has at least this timestamp, or the high watermark if there is none.
    public func offset(
        of partition: TopicPartition, atTime time: Int64, timeout: Duration = .seconds(5)
    ) async throws(KafkaError) -> Int64 {
        let found: Int64 = try await onThread(timeout, .offsetByTime(partition)) { handle throws(KafkaError) in
            let list = PartitionList([PartitionOffset(partition, offset: time, metadata: "")])
            try KafkaError.check(
                unsafe rd_kafka_offsets_for_times(handle.pointer, list.pointer, timeout.timeout),
                .offsetByTime(partition))
            let (offset, error) = list.element(0)
            try KafkaError.check(error, .offsetByTime(partition))
            return offset.offset
        }
        return found >= 0 ? found : try await watermarks(of: partition, timeout: timeout).high
    }

    /// Creates topics. An existing topic is an error.
    /// - Returns: The error of each topic that could not be created.
    public func create(
        _ topics: [NewTopic], timeout: Duration = .seconds(15)
    ) async throws(KafkaError) -> [String: KafkaError] {
        try await onThread(timeout, .creatingTopics) { handle throws(KafkaError) in
            var requests: [OpaquePointer?] = unsafe []
            defer { unsafe rd_kafka_NewTopic_destroy_array(&requests, requests.count) }
            for topic in topics {
                var text = [CChar](repeating: 0, count: 512)
                guard
                    let request = unsafe rd_kafka_NewTopic_new(
                        topic.name, topic.partitions, topic.replication, &text, text.count)
                else {
                    throw KafkaError(
                        RD_KAFKA_RESP_ERR__INVALID_ARG, .creatingTopic(topic.name),
                        text: ClientConfiguration.string(text))
                }
                // From here on the array frees it.
                unsafe requests.append(request)
                for (name, value) in topic.configuration.sorted(by: { $0.key < $1.key }) {
                    try KafkaError.check(
                        unsafe rd_kafka_NewTopic_set_config(request, name, value),
                        .creatingTopic(topic.name, property: name))
                }
            }
            let event = try unsafe handle.ask(RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout, .creatingTopics) {
                options, queue in
                unsafe rd_kafka_CreateTopics(handle.pointer, &requests, requests.count, options, queue)
            }
            defer { unsafe rd_kafka_event_destroy(event) }
            var count = 0
            let results = unsafe rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
            return unsafe handle.errors(results, count) { .creatingTopic($0) }
        }
    }

    /// Deletes topics.
    /// - Returns: The error of each topic that could not be deleted.
    public func delete(
        _ topics: [String], timeout: Duration = .seconds(15)
    ) async throws(KafkaError) -> [String: KafkaError] {
        try await onThread(timeout, .deletingTopics) { handle throws(KafkaError) in
            var requests = unsafe topics.map { unsafe rd_kafka_DeleteTopic_new($0) }
            defer { unsafe rd_kafka_DeleteTopic_destroy_array(&requests, requests.count) }
            let event = try unsafe handle.ask(RD_KAFKA_ADMIN_OP_DELETETOPICS, timeout, .deletingTopics) {
                options, queue in
                unsafe rd_kafka_DeleteTopics(handle.pointer, &requests, requests.count, options, queue)
            }
            defer { unsafe rd_kafka_event_destroy(event) }
            var count = 0
            let results = unsafe rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count)
            return unsafe handle.errors(results, count) { .deletingTopic($0) }
        }
    }

    /// Waits for an answer of any broker.
    public func reach(timeout: Duration = .seconds(5)) async throws(KafkaError) {
        let operation = KafkaError.Operation.reaching(servers: bootstrap)
        try await onThread(timeout, operation) { handle throws(KafkaError) in
            var metadata: UnsafePointer<rd_kafka_metadata>?
            let code = unsafe rd_kafka_metadata(handle.pointer, 0, nil, &metadata, timeout.timeout)
            if unsafe metadata != nil { unsafe rd_kafka_metadata_destroy(metadata) }
            try KafkaError.check(code, operation)
        }
    }

    /// Runs `onThread`, and repeats it while a coordinator is being elected, as in a new cluster. After a closed
    /// connection it is repeated up to three times.
    /// - Parameters:
    ///   - patience: The time after which it is not repeated.
    ///   - mayPass: Returns whether another error permits a repetition; may act on it before.
    func patiently<R: Sendable>(
        _ timeout: Duration, _ operation: KafkaError.Operation, within patience: Duration = .seconds(15),
        _ body: @escaping @Sendable (Handle) throws(KafkaError) -> R,
        orIf mayPass: (KafkaError) async throws(KafkaError) -> Bool = { _ in false }
    ) async throws(KafkaError) -> R {
        let end = ContinuousClock.now + patience
        var losses = 0
        while true {
            let asked = ContinuousClock.now
            do throws(KafkaError) {
                return try await onThread(timeout, operation, body)
            } catch {
                var isPassing = error.isPassing
                let isLost = error.code == .transport
                if !isPassing, isLost, ContinuousClock.now - asked < .seconds(1) {
                    losses += 1
                    isPassing = losses < 3
                }
                guard ContinuousClock.now < end, !Task.isCancelled else { throw error }
                if !isPassing { isPassing = try await mayPass(error) }
                guard isPassing else { throw error }
                try? await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    /// Runs a blocking call on its own thread. Gives up a second after its timeout.
    func onThread<R: Sendable>(
        _ timeout: Duration, _ operation: KafkaError.Operation,
        _ body: @escaping @Sendable (Handle) throws(KafkaError) -> R
    ) async throws(KafkaError) -> R {
        let handle = handle
        let refusals = handle.refusals.count
        let answer = Answer<R>()
        Thread.detachNewThread {
            do throws(KafkaError) {
                answer.give(.success(try body(handle)))
            } catch {
                answer.give(.failure(error))
            }
        }
        let deadline = Deadlines.newID()
        Deadlines.shared.add(deadline, at: .now + timeout + .seconds(1)) {
            answer.give(.failure(KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, operation, severity: .retriable)))
        }
        let result = await answer.get()
        Deadlines.shared.remove(deadline)
        do throws(KafkaError) {
            let found = try result.get()
            note(hasAnswer: true, of: handle)
            return found
        } catch {
            note(hasAnswer: !error.isTimeout, of: handle)
            let now = handle.refusals
            guard error.isTimeout, now.count > refusals else { throw handle.naming(error) }
            throw handle.naming(KafkaError(RD_KAFKA_RESP_ERR__AUTHENTICATION, operation, text: now.reason))
        }
    }
}
