internal import CRdKafka
import Foundation
import Synchronization

/// Questions about topics, and their creation. Blocking calls run on a thread of their own with a real deadline, because
/// librdkafka's own may hang far past their time-out while brokers are down. A client that gets no answer for long is
/// replaced: brokers may be there all the same, and only its connections dead.
public final class Admin: Sendable {
    private struct State {
        var handle: Handle
        /// When it last got an answer, or was made.
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
    ///   - seesCommitted: watermarks end at the last stable offset, and not at the high watermark.
    ///   - patience: without an answer for so long, a new client asks.
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

    /// The client that asks now.
    private var handle: Handle { state.withLock { $0.handle } }

    /// Notes what came of a question, and replaces a client that gets no answers.
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

    /// A topic to be made.
    public struct NewTopic: Sendable {
        public var name: String
        public var partitions: Int32
        /// -1: the broker's default.
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

    /// How many partitions the topic has; nil where it does not exist.
    public func partitions(of topic: String, timeout: Duration = .seconds(5)) async throws(KafkaError) -> Int32? {
        try await layout(of: topic, timeout: timeout)?.partitions
    }

    /// Low and high watermark of a partition.
    public func watermarks(
        of partition: TopicPartition, timeout: Duration = .seconds(5)
    ) async throws(KafkaError) -> Watermarks {
        // Twice the time: a leader that does not answer takes all of the first.
        try await patiently(timeout, "watermarks of \(partition)", within: timeout * 2) { handle throws(KafkaError) in
            var marks = Watermarks(low: 0, high: 0)
            try KafkaError.check(
                unsafe rd_kafka_query_watermark_offsets(
                    handle.pointer, partition.topic, partition.partition, &marks.low, &marks.high, timeout.timeout),
                "watermarks of \(partition)")
            return marks
        } orIf: { error throws(KafkaError) in
            // Librdkafka goes on asking the leader that it remembers, also where the partition has moved or was made anew: only
            // a look at the topic tells it of another. A topic that was just made has its leader in a moment.
            guard error.isUnknownTopic || error.isTimeout else { return false }
            return try await partitions(of: partition.topic, timeout: timeout) != nil
        }
    }

    /// The first offset whose record has at least this timestamp; the high watermark where none has.
    public func offset(
        of partition: TopicPartition, atTime time: Int64, timeout: Duration = .seconds(5)
    ) async throws(KafkaError) -> Int64 {
        let found: Int64 = try await onThread(timeout, "offset by time of \(partition)") { handle throws(KafkaError) in
            let list = PartitionList([PartitionOffset(partition, offset: time, metadata: "")])
            try KafkaError.check(
                unsafe rd_kafka_offsets_for_times(handle.pointer, list.pointer, timeout.timeout),
                "offset by time of \(partition)")
            let (offset, error) = list.element(0)
            try KafkaError.check(error, "offset by time of \(partition)")
            return offset.offset
        }
        return found >= 0 ? found : try await watermarks(of: partition, timeout: timeout).high
    }

    /// Makes topics. One that exists already is an error of its own.
    /// - Returns: the error of each topic that could not be made.
    public func create(
        _ topics: [NewTopic], timeout: Duration = .seconds(15)
    ) async throws(KafkaError) -> [String: KafkaError] {
        try await onThread(timeout, "creating topics") { handle throws(KafkaError) in
            var requests: [OpaquePointer?] = unsafe []
            defer { unsafe rd_kafka_NewTopic_destroy_array(&requests, requests.count) }
            for topic in topics {
                var text = [CChar](repeating: 0, count: 512)
                guard
                    let request = unsafe rd_kafka_NewTopic_new(
                        topic.name, topic.partitions, topic.replication, &text, text.count)
                else {
                    throw KafkaError(
                        RD_KAFKA_RESP_ERR__INVALID_ARG, "creating \(topic.name)",
                        text: ClientConfiguration.string(text))
                }
                // From here on the array frees it.
                unsafe requests.append(request)
                for (name, value) in topic.configuration.sorted(by: { $0.key < $1.key }) {
                    try KafkaError.check(
                        unsafe rd_kafka_NewTopic_set_config(request, name, value), "creating \(topic.name): \(name)")
                }
            }
            let event = try unsafe handle.ask(RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout, "creating topics") {
                options, queue in
                unsafe rd_kafka_CreateTopics(handle.pointer, &requests, requests.count, options, queue)
            }
            defer { unsafe rd_kafka_event_destroy(event) }
            var count = 0
            let results = unsafe rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
            return unsafe handle.errors(results, count, "creating")
        }
    }

    /// Deletes topics.
    /// - Returns: the error of each topic that could not be deleted.
    public func delete(
        _ topics: [String], timeout: Duration = .seconds(15)
    ) async throws(KafkaError) -> [String: KafkaError] {
        try await onThread(timeout, "deleting topics") { handle throws(KafkaError) in
            var requests = unsafe topics.map { unsafe rd_kafka_DeleteTopic_new($0) }
            defer { unsafe rd_kafka_DeleteTopic_destroy_array(&requests, requests.count) }
            let event = try unsafe handle.ask(RD_KAFKA_ADMIN_OP_DELETETOPICS, timeout, "deleting topics") {
                options, queue in
                unsafe rd_kafka_DeleteTopics(handle.pointer, &requests, requests.count, options, queue)
            }
            defer { unsafe rd_kafka_event_destroy(event) }
            var count = 0
            let results = unsafe rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count)
            return unsafe handle.errors(results, count, "deleting")
        }
    }

    /// Waits for an answer of any broker.
    public func reach(timeout: Duration = .seconds(5)) async throws(KafkaError) {
        let context = "reaching \(bootstrap)"
        try await onThread(timeout, context) { handle throws(KafkaError) in
            var metadata: UnsafePointer<rd_kafka_metadata>?
            let code = unsafe rd_kafka_metadata(handle.pointer, 0, nil, &metadata, timeout.timeout)
            if unsafe metadata != nil { unsafe rd_kafka_metadata_destroy(metadata) }
            try KafkaError.check(code, context)
        }
    }

    /// `onThread`, and again while a coordinator is being looked for, as in a cluster that has just begun. Where a connection is
    /// closed under a question, it asks three times: who waited for a broker in vain knows more by then.
    /// - Parameters:
    ///   - patience: after that it does not begin again.
    ///   - mayPass: whether some other error is a reason to ask again; it may do something about it before.
    func patiently<R: Sendable>(
        _ timeout: Duration, _ context: String, within patience: Duration = .seconds(15),
        _ body: @escaping @Sendable (Handle) throws(KafkaError) -> R,
        orIf mayPass: (KafkaError) async throws(KafkaError) -> Bool = { _ in false }
    ) async throws(KafkaError) -> R {
        let end = ContinuousClock.now + patience
        var losses = 0
        while true {
            let asked = ContinuousClock.now
            do throws(KafkaError) {
                return try await onThread(timeout, context, body)
            } catch {
                var isPassing = error.isPassing
                let isLost = error.code == RD_KAFKA_RESP_ERR__TRANSPORT.rawValue
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

    /// Runs a blocking call on a thread of its own; gives up a second after its time-out.
    func onThread<R: Sendable>(
        _ timeout: Duration, _ context: String, _ body: @escaping @Sendable (Handle) throws(KafkaError) -> R
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
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Int(timeout.milliseconds) + 1_000)) {
            answer.give(.failure(KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, context, severity: .retriable)))
        }
        let result = await answer.get()
        do throws(KafkaError) {
            let found = try result.get()
            note(hasAnswer: true, of: handle)
            return found
        } catch {
            note(hasAnswer: !error.isTimeout, of: handle)
            let now = handle.refusals
            guard error.isTimeout, now.count > refusals else { throw handle.naming(error) }
            throw handle.naming(KafkaError(RD_KAFKA_RESP_ERR__AUTHENTICATION, context, text: now.reason))
        }
    }
}
