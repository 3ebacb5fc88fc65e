internal import CShoalRdKafka

extension Admin {
    /// The topics that the members of a group subscribe to, by member id. Asks every broker for its groups: only for rare use.
    /// - Returns: no entry for a member whose protocol is not that of consumers.
    public func subscriptions(
        group: String, timeout: Duration = .seconds(10)
    ) async throws(KafkaError) -> [String: Set<String>] {
        let operation = KafkaError.Operation.subscriptions(group: group)
        return try await onThread(timeout, operation) { handle throws(KafkaError) in
            var list: UnsafePointer<rd_kafka_group_list>?
            try KafkaError.check(
                unsafe rd_kafka_list_groups(handle.pointer, group, &list, timeout.timeout), operation)
            defer { unsafe rd_kafka_group_list_destroy(list) }
            var found: [String: Set<String>] = [:]
            guard let groups = unsafe list?.pointee else { return found }
            for index in 0..<Int(unsafe groups.group_cnt) {
                // Safe: `group_cnt` groups with `member_cnt` members each live until the list is destroyed.
                let group = unsafe groups.groups[index]
                for place in 0..<Int(unsafe group.member_cnt) {
                    let member = unsafe group.members[place]
                    guard let id = unsafe member.member_id, let metadata = unsafe member.member_metadata else {
                        continue
                    }
                    let bytes = unsafe UnsafeRawBufferPointer(
                        start: metadata, count: Int(member.member_metadata_size))
                    if let topics = unsafe Self.topics(Array(bytes)) { found[unsafe String(cString: id)] = topics }
                }
            }
            return found
        }
    }

    /// The topics in a consumer's subscription: a version, a count, and strings with their lengths.
    static func topics(_ bytes: [UInt8]) -> Set<String>? {
        var rest = bytes[...]
        func number(_ size: Int) -> Int? {
            guard rest.count >= size else { return nil }
            defer { rest = rest.dropFirst(size) }
            return rest.prefix(size).reduce(0) { $0 << 8 | Int($1) }
        }
        guard let version = number(2), version <= 100, let count = number(4), count <= rest.count else { return nil }
        var topics: Set<String> = []
        for _ in 0..<count {
            guard let length = number(2), length <= rest.count else { return nil }
            topics.insert(String(decoding: rest.prefix(length), as: UTF8.self))
            rest = rest.dropFirst(length)
        }
        return topics
    }
}
