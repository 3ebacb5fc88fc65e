internal import CShoalRdKafka

/// Messages of one partition in order, owned by librdkafka and destroyed with the batch.
///
/// `@unchecked Sendable`: the batch is the only owner of its messages.
@safe public struct MessageBatch: ~Copyable, @unchecked Sendable {
    private let messages: UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>?
    /// The client must outlive its messages. librdkafka would wait for them indefinitely.
    private let client: Handle?
    /// The number of messages.
    public let count: Int

    /// Creates an empty batch.
    public init() {
        unsafe messages = nil
        client = nil
        count = 0
    }

    /// Takes ownership of the array and its first `count` messages.
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

    /// Returns the record's timestamp in ms; −1 if it has none.
    public func timestamp(_ index: Int) -> Int64 {
        var type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        return unsafe rd_kafka_message_timestamp(message(index), &type)
    }

    /// Returns the bytes of the key; `nil` for none.
    @_lifetime(borrow self)
    public func key(_ index: Int) -> Span<UInt8>? {
        let message = unsafe message(index)
        guard let start = unsafe message.pointee.key else { return nil }
        // Safe: the message holds `key_len` bytes until the batch destroys it.
        return unsafe _overrideLifetime(
            Span(_unsafeStart: start.assumingMemoryBound(to: UInt8.self), count: message.pointee.key_len),
            borrowing: self)
    }

    /// Returns the bytes of the value; `nil` for a tombstone.
    @_lifetime(borrow self)
    public func value(_ index: Int) -> Span<UInt8>? {
        let message = unsafe message(index)
        guard let start = unsafe message.pointee.payload else { return nil }
        // Safe: as for the key.
        return unsafe _overrideLifetime(
            Span(_unsafeStart: start.assumingMemoryBound(to: UInt8.self), count: message.pointee.len), borrowing: self)
    }

    /// Returns the key as an array, for code that is not performance-critical. `valueBytes` does the same for the
    /// value.
    public func keyBytes(_ index: Int) -> [UInt8]? {
        guard let key = key(index) else { return nil }
        return Self.bytes(key)
    }

    public func valueBytes(_ index: Int) -> [UInt8]? {
        guard let value = value(index) else { return nil }
        return Self.bytes(value)
    }

    /// Returns all headers in order.
    public func headers(_ index: Int) -> [(name: String, value: [UInt8])] {
        var list: OpaquePointer?
        guard unsafe rd_kafka_message_headers(message(index), &list) == RD_KAFKA_RESP_ERR_NO_ERROR else { return [] }
        var found: [(name: String, value: [UInt8])] = []
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        while unsafe rd_kafka_header_get_all(list, found.count, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR {
            // Safe: name and value belong to a message that the batch owns.
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
