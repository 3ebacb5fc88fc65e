internal import Kafka
internal import Schemas

/// A record that is no watch event, with its reason: nothing is lost.
enum DeadLetter {
    /// Larger values are cut, with their length and hash beside them.
    static let largestValue = 900 << 10

    /// Appends the dead letter of a message: its bytes, or only position and reason.
    static func append(
        _ batch: borrowing MessageBatch, _ index: Int, _ reason: Rejection, topic: String, partition: Int32,
        keepsContent: Bool, to records: inout RecordBuffer
    ) {
        var headers: [RecordBuffer.Header] = [
            .init("reason", reason.rawValue.utf8), .init("topic", topic.utf8),
            .init("partition", "\(partition)".utf8), .init("offset", "\(batch.offset(index))".utf8),
        ]
        guard keepsContent else {
            records.append(to: .deadLetters, headers: headers, key: nil, value: nil)
            return
        }
        for header in batch.headers(index) { headers.append(.init("original.\(header.name)", header.value)) }
        let key = batch.keyBytes(index)
        var value = batch.valueBytes(index)
        if let whole = value, whole.count > largestValue {
            headers.append(.init("length", "\(whole.count)".utf8))
            headers.append(.init("sha256", Hex.text(SHA256Digest.of(whole.span)).utf8))
            value = Array(whole.prefix(largestValue))
        }
        records.append(
            to: .deadLetters, headers: headers, key: key.map { key in { $0 += key } },
            value: value.map { value in { $0 += value } })
    }
}
