internal import Kafka
internal import Schemas

/// A record that is no watch event, with its reason: nothing is lost.
///
/// What is too large for a record of ours is cut, with length and SHA-256 of the whole beside it, so that no record, however
/// large the topic allows them, stops its partition.
enum DeadLetter {
    /// Bytes of key, value and the original headers together: well below the 1,000,000 that producers and brokers take.
    static let largest = 900 << 10
    /// A key beyond it is cut.
    static let largestKey = 64 << 10
    /// Original headers beyond it are left out.
    static let largestHeaders = 64 << 10

    /// Appends the dead letter of a message: its bytes, or only position and reason.
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

    /// Keeps the original headers, in order, as far as there is room.
    /// - Returns: their bytes.
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

    /// The first bytes, and the length and hash of all where there are more.
    static func cut(
        _ bytes: [UInt8]?, _ limit: Int, name: String, _ headers: inout [RecordBuffer.Header]
    ) -> [UInt8]? {
        guard let bytes, bytes.count > limit else { return bytes }
        headers.append(.init("\(name)length", "\(bytes.count)".utf8))
        headers.append(.init("\(name)sha256", Hex.text(SHA256Digest.of(bytes.span)).utf8))
        return Array(bytes.prefix(limit))
    }
}
