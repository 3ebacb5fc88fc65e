internal import CShoalRdKafka

extension Admin {
    /// The partitions and replicas of a topic.
    public struct Layout: Sendable, Equatable {
        public var partitions: Int32
        /// The smallest number of replicas, and of in-sync replicas, of any partition; 0 if unknown.
        public var replicas = 0
        public var inSync = 0
        /// Partitions without a leader, which can be neither read nor written.
        public var leaderless: [Int32] = []

        public init(partitions: Int32) {
            self.partitions = partitions
        }
    }

    /// Returns a topic's partitions and replicas, or `nil` if it does not exist.
    public func layout(of topic: String, timeout: Duration = .seconds(5)) async throws(KafkaError) -> Layout? {
        try await patiently(timeout, .describingTopic(topic)) { handle throws(KafkaError) in
            guard let rkt = unsafe rd_kafka_topic_new(handle.pointer, topic, nil) else {
                throw KafkaError(rd_kafka_last_error(), .describingTopic(topic))
            }
            defer { unsafe rd_kafka_topic_destroy(rkt) }
            var metadata: UnsafePointer<rd_kafka_metadata>?
            try KafkaError.check(
                unsafe rd_kafka_metadata(handle.pointer, 0, rkt, &metadata, timeout.timeout), .describingTopic(topic))
            defer { unsafe rd_kafka_metadata_destroy(metadata) }
            // Safe: one topic was requested, and librdkafka returns one.
            guard let found = unsafe metadata?.pointee, unsafe found.topic_cnt > 0 else { return nil }
            let answer = unsafe found.topics[0]
            let error = KafkaError(unsafe answer.err, .describingTopic(topic))
            if unsafe answer.err != RD_KAFKA_RESP_ERR_NO_ERROR {
                if error.isUnknownTopic { return nil }
                throw error
            }
            var layout = Layout(partitions: unsafe answer.partition_cnt)
            for index in 0..<Int(layout.partitions) {
                // Safe: there are `partition_cnt` partitions.
                guard let partition = unsafe answer.partitions?[index] else { continue }
                let (replicas, inSync) = unsafe (Int(partition.replica_cnt), Int(partition.isr_cnt))
                layout.replicas = index == 0 ? replicas : min(layout.replicas, replicas)
                layout.inSync = index == 0 ? inSync : min(layout.inSync, inSync)
                if unsafe partition.leader < 0 { layout.leaderless.append(unsafe partition.id) }
            }
            layout.leaderless.sort()
            return layout
        }
    }

    /// Returns a topic's broker-side configuration by name.
    public func configuration(
        of topic: String, timeout: Duration = .seconds(10)
    ) async throws(KafkaError) -> [String: String] {
        try await entries(of: topic, timeout).mapValues(\.value)
    }

    /// Returns the configuration that was set for this topic alone. A topic created with it is configured like the old
    /// one.
    public func ownConfiguration(
        of topic: String, timeout: Duration = .seconds(10)
    ) async throws(KafkaError) -> [String: String] {
        try await entries(of: topic, timeout).filter(\.value.isOwn).mapValues(\.value)
    }

    private struct Entry: Sendable {
        var value: String
        var isOwn: Bool
    }

    private func entries(of topic: String, _ timeout: Duration) async throws(KafkaError) -> [String: Entry] {
        let operation = KafkaError.Operation.describingSettings(topic: topic)
        return try await patiently(timeout, operation) { handle throws(KafkaError) in
            var requests = unsafe [rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic)]
            defer { unsafe rd_kafka_ConfigResource_destroy_array(&requests, requests.count) }
            let event = try unsafe handle.ask(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout, operation) { options, queue in
                unsafe rd_kafka_DescribeConfigs(handle.pointer, &requests, requests.count, options, queue)
            }
            defer { unsafe rd_kafka_event_destroy(event) }
            var count = 0
            let resources = unsafe rd_kafka_DescribeConfigs_result_resources(
                rd_kafka_event_DescribeConfigs_result(event), &count)
            guard count > 0, let resource = unsafe resources?[0] else { return [:] }
            let text = unsafe rd_kafka_ConfigResource_error_string(resource).map { unsafe String(cString: $0) }
            let code = unsafe rd_kafka_ConfigResource_error(resource)
            if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code, operation, text: text) }
            var entries = 0
            let list = unsafe rd_kafka_ConfigResource_configs(resource, &entries)
            var found: [String: Entry] = [:]
            for index in 0..<entries {
                guard let entry = unsafe list?[index], let name = unsafe rd_kafka_ConfigEntry_name(entry),
                    let value = unsafe rd_kafka_ConfigEntry_value(entry)
                else { continue }
                let source = unsafe rd_kafka_ConfigEntry_source(entry)
                found[unsafe String(cString: name)] = unsafe Entry(
                    value: String(cString: value), isOwn: source == RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG)
            }
            return found
        }
    }
}
