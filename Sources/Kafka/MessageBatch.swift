internal import CRdKafka

/// Messages of one partition, in order, as librdkafka holds them; destroyed with the batch.
///
/// `@unchecked Sendable`: the batch is the only owner of its messages, and nothing else reads them.
@safe public struct MessageBatch: ~Copyable, @unchecked Sendable {
    private let messages: UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>?
    /// The client may not go before its messages: librdkafka would wait for them for ever.
    private let client: Handle?
    /// How many messages it holds.
    public let count: Int

    /// Holds nothing.
    public init() {
        unsafe messages = nil
        client = nil
        count = 0
    }

    /// Takes over the array and its first `count` messages.
    init(
        taking messages: UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>, count: Int, of client: Handle
    ) {
        unsafe self.messages = messages
        self.client = client
        self.count = count
    }

    deinit {
        for index in 0..<count {
            if let message = unsafe messages?[index] { unsafe rd_kafka_message_destroy(message) }
        }
        unsafe messages?.deallocate()
    }

    private func message(_ index: Int) -> UnsafeMutablePointer<rd_kafka_message_t> {
        precondition(index >= 0 && index < count, "index out of range")
        // Safe: the initialiser was given `count` messages.
        return unsafe messages.unsafelyUnwrapped[index].unsafelyUnwrapped
    }

    public func offset(_ index: Int) -> Int64 {
        unsafe message(index).pointee.offset
    }

    /// Bytes of all keys and values.
    public var bytes: Int {
        (0..<count).reduce(0) { sum, index in
            let message = unsafe message(index)
            return unsafe sum + message.pointee.len + message.pointee.key_len
        }
    }

    /// The record's timestamp in ms; -1 where it has none.
    public func timestamp(_ index: Int) -> Int64 {
        var type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        return unsafe rd_kafka_message_timestamp(message(index), &type)
    }

    /// The bytes of the key; nil: none.
    @_lifetime(borrow self)
    public func key(_ index: Int) -> Span<UInt8>? {
        let message = unsafe message(index)
        guard let start = unsafe message.pointee.key else { return nil }
        // Safe: librdkafka's message holds `key_len` bytes there until the batch destroys it.
        return unsafe _overrideLifetime(
            Span(_unsafeStart: start.assumingMemoryBound(to: UInt8.self), count: message.pointee.key_len),
            borrowing: self)
    }

    /// The bytes of the value; nil: a tombstone.
    @_lifetime(borrow self)
    public func value(_ index: Int) -> Span<UInt8>? {
        let message = unsafe message(index)
        guard let start = unsafe message.pointee.payload else { return nil }
        // Safe: as of the key.
        return unsafe _overrideLifetime(
            Span(_unsafeStart: start.assumingMemoryBound(to: UInt8.self), count: message.pointee.len), borrowing: self)
    }

    /// Key and value as arrays, where speed does not matter.
    public func keyBytes(_ index: Int) -> [UInt8]? {
        guard let key = key(index) else { return nil }
        return Self.bytes(key)
    }

    public func valueBytes(_ index: Int) -> [UInt8]? {
        guard let value = value(index) else { return nil }
        return Self.bytes(value)
    }

    /// All headers, in order.
    public func headers(_ index: Int) -> [(name: String, value: [UInt8])] {
        var list: OpaquePointer?
        guard unsafe rd_kafka_message_headers(message(index), &list) == RD_KAFKA_RESP_ERR_NO_ERROR else { return [] }
        var found: [(name: String, value: [UInt8])] = []
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        while unsafe rd_kafka_header_get_all(list, found.count, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR {
            // Safe: librdkafka gives name and value of a message that the batch owns.
            unsafe found.append(
                (
                    name.map { unsafe String(cString: $0) } ?? "",
                    Array(UnsafeRawBufferPointer(start: value, count: value == nil ? 0 : size))
                ))
        }
        return found
    }

    private static func bytes(_ span: Span<UInt8>) -> [UInt8] {
        unsafe span.withUnsafeBufferPointer { unsafe Array($0) }
    }
}
