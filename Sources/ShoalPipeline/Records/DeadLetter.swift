internal import ShoalKafka
internal import ShoalSchemas

/// Encodes a record that is not a valid watch event as a dead letter with its reason.
///
/// Content that exceeds a record's limits is truncated, with the length and SHA-256 of the whole. So no record can stop
/// its partition, regardless of the topic's maximum record size.
enum DeadLetter {
    /// The maximum size of key, value and original headers together: well below the default limit of 1,000,000 bytes.
    static let largest = 900 << 10
    /// The length from which a key is truncated.
    static let largestKey = 64 << 10
    /// The size from which original headers are omitted.
    static let largestHeaders = 64 << 10

    /// Appends the dead letter of a message with its bytes, or only with position and reason.
    static func append(
        _ batch: borrowing MessageBatch, _ index: Int, _ fault: Fault, topic: String, partition: Int32,
        keepsContent: Bool, to records: inout RecordBuffer
    ) {
        var headers: [RecordBuffer.Header] = [
            .init("reason", fault.reason.rawValue.utf8), .init("topic", topic.utf8),
            .init("partition", "\(partition)".utf8), .init("offset", "\(batch.offset(index))".utf8),
        ]
        if let field = fault.field { headers.append(.init("field", field.rawValue.utf8)) }
        headers.append(.init("expected", fault.expected.utf8))
        if let byte = fault.byte { headers.append(.init("byte", "\(byte)".utf8)) }
        guard keepsContent else {
            records.append(to: .deadLetters, headers: headers, key: nil, value: nil)
            return
        }
        var left = largest - keep(batch.headers(index), in: &headers)
        let key = cut(batch.keyBytes(index), largestKey, name: "key_", &headers)
        left -= key?.count ?? 0
        let value = cut(batch.valueBytes(index), left, name: "", &headers)
        records.append(
            to: .deadLetters, headers: headers, key: key.map { key in { $0 += key } },
            value: value.map { value in { $0 += value } })
    }

    /// Appends the original headers in order, within the limit.
    /// - Returns: Their size in bytes.
    static func keep(_ original: [(name: String, value: [UInt8])], in headers: inout [RecordBuffer.Header]) -> Int {
        var (size, dropped) = (0, 0)
        for header in original {
            let bytes = header.name.utf8.count + header.value.count + 16
            if size + bytes > largestHeaders {
                dropped += 1
                continue
            }
            size += bytes
            headers.append(.init("original.\(header.name)", header.value))
        }
        if dropped > 0 { headers.append(.init("dropped_headers", "\(dropped)".utf8)) }
        return size
    }

    /// Returns the first bytes, and the length and hash of the whole if it was truncated.
    static func cut(
        _ bytes: [UInt8]?, _ limit: Int, name: String, _ headers: inout [RecordBuffer.Header]
    ) -> [UInt8]? {
        guard let bytes, bytes.count > limit else { return bytes }
        headers.append(.init("\(name)length", "\(bytes.count)".utf8))
        headers.append(.init("\(name)sha256", Hex.text(SHA256Digest.of(bytes.span)).utf8))
        return Array(bytes.prefix(limit))
    }
}
