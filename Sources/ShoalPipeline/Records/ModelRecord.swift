package import ShoalClustering
internal import ShoalSchemas

/// A model and the coordinator's bookkeeping. The model is sealed, and its head stands in clear.
package struct ModelRecord {
    package var bookkeeping: Bookkeeping
    /// In the genesis model, the first offset of each input partition.
    package var firstOffsets: [Int64] = []
    package var keyFingerprint: UInt64
    package var model: Model
    /// The SHA-256 of the content as it was read; nil: it was not read.
    var contentHash: [UInt8]?

    /// What stands in clear.
    var head: ModelHead {
        ModelHead(
            bookkeeping: bookkeeping, firstOffsets: firstOffsets, keyFingerprint: keyFingerprint,
            summary: ModelSummary(model))
    }

    /// Appends the model's records.
    /// - Parameter sealer: of the model topic.
    func append(to records: inout RecordBuffer, by sealer: RecordSealer, largestChunk: Int = Chunks.largest) {
        let content = ModelContent.encode(model)
        let head = head
        let parts = Chunks.seal(
            content, as: head.name, clear: head.encoded, by: sealer, largest: largestChunk)
        let headers: [RecordBuffer.Header] = [
            .init("content_hash", Hex.text(SHA256Digest.of(content.span)).utf8), .init("content_hash_v", "1".utf8),
            .init("from", (bookkeeping.from.map { "\($0)" } ?? "").utf8), .init("through", head.name.utf8),
        ]
        for part in parts {
            var value = ProtoWriter()
            part.write(&value)
            records.append(
                to: .models, headers: headers, key: { $0 += head.name.utf8 }, value: { $0 += value.bytes })
        }
    }

    /// Decodes and validates a record from its head and the bytes of its content.
    /// - Throws: `ProtoError` if they are not valid.
    static func decode(_ head: ModelHead, _ content: [UInt8]) throws(ProtoError) -> ModelRecord {
        var reader = ProtoReader(content.span)
        let record = ModelRecord(
            bookkeeping: head.bookkeeping, firstOffsets: head.firstOffsets, keyFingerprint: head.keyFingerprint,
            model: try ModelContent.decode(&reader), contentHash: SHA256Digest.of(content.span))
        try ProtoError.validate(record.validate)
        return record
    }
}
