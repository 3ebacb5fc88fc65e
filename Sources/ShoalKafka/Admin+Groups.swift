internal import CShoalRdKafka

extension Admin {
    /// A consumer group as described by its coordinator.
    public struct Group: Sendable, Equatable {
        public enum State: String, Sendable, Codable {
            /// No group of this name exists.
            case absent
            case empty
            case rebalancing
            case stable
            case unknown
        }

        public var state: State
        /// The partition assignment strategy, such as `range`; empty while it is undecided.
        public var assignor: String
        public var members: [Member]
    }

    /// A member of a group.
    public struct Member: Sendable, Equatable {
        /// The static member's id; `nil` for a dynamic member.
        public var instance: String?
        public var client: String
        public var host: String
        public var id: String
        public var partitions: [TopicPartition]

        package init(instance: String?, client: String, host: String, id: String, partitions: [TopicPartition]) {
            self.instance = instance
            self.client = client
            self.host = host
            self.id = id
            self.partitions = partitions
        }
    }

    /// Describes a group. Joins nothing and commits nothing.
    public func describe(group: String, timeout: Duration = .seconds(10)) async throws(KafkaError) -> Group {
        let operation = KafkaError.Operation.describingGroup(group)
        return try await patiently(timeout, operation) { handle throws(KafkaError) in
            let event = try unsafe handle.ask(RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, timeout, operation) {
                options, queue in
                unsafe group.withCString { name in
                    var names: [UnsafePointer<CChar>?] = unsafe [name]
                    unsafe rd_kafka_DescribeConsumerGroups(handle.pointer, &names, 1, options, queue)
                }
            }
            defer { unsafe rd_kafka_event_destroy(event) }
            var count = 0
            let groups = unsafe rd_kafka_DescribeConsumerGroups_result_groups(
                rd_kafka_event_DescribeConsumerGroups_result(event), &count)
            // Safe: there are `count` groups, and they live as long as their event.
            guard count > 0, let found = unsafe groups?[0] else {
                return Group(state: .absent, assignor: "", members: [])
            }
            if let error = unsafe rd_kafka_ConsumerGroupDescription_error(found) {
                let code = unsafe rd_kafka_error_code(error)
                if code == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND {
                    return Group(state: .absent, assignor: "", members: [])
                }
                if code != RD_KAFKA_RESP_ERR_NO_ERROR {
                    throw KafkaError(code, operation, text: unsafe String(cString: rd_kafka_error_string(error)))
                }
            }
            let members = unsafe (0..<rd_kafka_ConsumerGroupDescription_member_count(found)).compactMap { index in
                unsafe rd_kafka_ConsumerGroupDescription_member(found, index).map { unsafe Self.member($0) }
            }
            let assignor = unsafe rd_kafka_ConsumerGroupDescription_partition_assignor(found)
            return Group(
                state: Self.state(unsafe rd_kafka_ConsumerGroupDescription_state(found)),
                assignor: unsafe assignor.map { unsafe String(cString: $0) } ?? "",
                members: members.sorted { ($0.instance ?? $0.client, $0.id) < ($1.instance ?? $1.client, $1.id) })
        } orIf: {
            $0.isTimeout
        }
    }

    private static func state(_ state: rd_kafka_consumer_group_state_t) -> Group.State {
        switch state {
        case RD_KAFKA_CONSUMER_GROUP_STATE_STABLE: .stable
        case RD_KAFKA_CONSUMER_GROUP_STATE_PREPARING_REBALANCE, RD_KAFKA_CONSUMER_GROUP_STATE_COMPLETING_REBALANCE:
            .rebalancing
        case RD_KAFKA_CONSUMER_GROUP_STATE_EMPTY: .empty
        case RD_KAFKA_CONSUMER_GROUP_STATE_DEAD: .absent
        default: .unknown
        }
    }

    private static func member(_ member: OpaquePointer) -> Member {
        func text(_ text: UnsafePointer<CChar>?) -> String { unsafe text.map { unsafe String(cString: $0) } ?? "" }
        let instance = unsafe text(rd_kafka_MemberDescription_group_instance_id(member))
        let assignment = unsafe rd_kafka_MemberDescription_assignment(member)
        // Safe: the list is only read.
        let list = unsafe UnsafeMutablePointer(mutating: rd_kafka_MemberAssignment_partitions(assignment))
        let host = unsafe text(rd_kafka_MemberDescription_host(member))
        return unsafe Member(
            instance: instance.isEmpty ? nil : instance, client: text(rd_kafka_MemberDescription_client_id(member)),
            host: host.hasPrefix("/") ? String(host.dropFirst()) : host,
            id: text(rd_kafka_MemberDescription_consumer_id(member)),
            partitions: PartitionList.partitions(of: list).sorted())
    }

    /// Returns all committed positions of a group without joining it.
    /// - Parameter isStable: Whether to wait for open transactions that are about to change some.
    /// - Throws: `KafkaError`; `isTimeout` while such a transaction is open.
    public func committed(
        group: String, isStable: Bool = true, timeout: Duration = .seconds(5)
    ) async throws(KafkaError) -> [TopicPartition: PartitionOffset] {
        let operation = KafkaError.Operation.committedOffsets(group: group)
        return try await patiently(timeout, operation) { handle throws(KafkaError) in
            var requests = unsafe [rd_kafka_ListConsumerGroupOffsets_new(group, nil)]
            defer { unsafe rd_kafka_ListConsumerGroupOffsets_destroy_array(&requests, requests.count) }
            let event = try unsafe handle.ask(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, timeout, operation) {
                options, queue in
                let problem = unsafe rd_kafka_AdminOptions_set_require_stable_offsets(options, isStable ? 1 : 0)
                if unsafe problem != nil { unsafe rd_kafka_error_destroy(problem) }
                unsafe rd_kafka_ListConsumerGroupOffsets(handle.pointer, &requests, 1, options, queue)
            }
            defer { unsafe rd_kafka_event_destroy(event) }
            var count = 0
            let groups = unsafe rd_kafka_ListConsumerGroupOffsets_result_groups(
                rd_kafka_event_ListConsumerGroupOffsets_result(event), &count)
            guard count > 0, let found = unsafe groups?[0] else { return [:] }
            if let error = unsafe rd_kafka_group_result_error(found) {
                let text = unsafe rd_kafka_error_string(error).map { unsafe String(cString: $0) }
                throw KafkaError(unsafe rd_kafka_error_code(error), operation, text: text)
            }
            var offsets: [TopicPartition: PartitionOffset] = [:]
            guard let list = unsafe rd_kafka_group_result_partitions(found) else { return [:] }
            for index in 0..<Int(unsafe list.pointee.cnt) {
                // Safe: there are `cnt` elements.
                let (offset, error) = unsafe PartitionList.read(list.pointee.elems[index])
                try KafkaError.check(error, .committedOffsets(group: group, of: [offset.partition]))
                if offset.offset >= 0 { offsets[offset.partition] = offset }
            }
            return offsets
        }
    }

    /// Deletes a group with its committed positions.
    /// - Throws: `KafkaError`; `isGroupInUse` if it has members, `isUnknownGroup` if it does not exist.
    public func delete(group: String, timeout: Duration = .seconds(15)) async throws(KafkaError) {
        let operation = KafkaError.Operation.deletingGroup(group)
        try await patiently(timeout, operation) { handle throws(KafkaError) in
            var requests = unsafe [rd_kafka_DeleteGroup_new(group)]
            defer { unsafe rd_kafka_DeleteGroup_destroy_array(&requests, requests.count) }
            let event = try unsafe handle.ask(RD_KAFKA_ADMIN_OP_DELETEGROUPS, timeout, operation) { options, queue in
                unsafe rd_kafka_DeleteGroups(handle.pointer, &requests, 1, options, queue)
            }
            defer { unsafe rd_kafka_event_destroy(event) }
            var count = 0
            let groups = unsafe rd_kafka_DeleteGroups_result_groups(rd_kafka_event_DeleteGroups_result(event), &count)
            guard count > 0, let found = unsafe groups?[0], let error = unsafe rd_kafka_group_result_error(found)
            else { return }
            let text = unsafe rd_kafka_error_string(error).map { unsafe String(cString: $0) }
            throw KafkaError(unsafe rd_kafka_error_code(error), operation, text: text)
        }
    }
}
