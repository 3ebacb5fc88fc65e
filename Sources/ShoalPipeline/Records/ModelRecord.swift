package import ShoalClustering
internal import ShoalSchemas

/// `shoal.v1.ModelRecord`: a model and the coordinator's bookkeeping.
package struct ModelRecord {
    package var bookkeeping: Bookkeeping
    /// In the genesis model, the first offset of each input partition.
    package var firstOffsets: [Int64] = []
    package var keyFingerprint: UInt64
    package var model: Model
    /// The SHA-256 of the content as it was read; nil: it was not read.
    var contentHash: [UInt8]?

    /// Returns the record key of a version.
    static func key(_ through: Epoch?) -> [UInt8] {
        Array((through.map { "\($0)" } ?? "genesis").utf8)
    }

    /// Appends the model's records.
    func append(to records: inout RecordBuffer, largestChunk: Int = Chunks.largest) {
        let (values, headers) = encode(largestChunk)
        let key = Self.key(bookkeeping.through)
        for value in values {
            records.append(to: .models, headers: headers, key: { $0 += key }, value: { $0 += value })
        }
    }

    /// Returns the compressed values in parts, and the headers.
    private func encode(_ largestChunk: Int) -> (values: [[UInt8]], headers: [RecordBuffer.Header]) {
        let content = ModelContent.encode(model)
        var writer = ProtoWriter()
        if let from = bookkeeping.from { writer.present(1, from) }
        if let through = bookkeeping.through { writer.present(2, through) }
        if let start = bookkeeping.start { writer.present(3, start) }
        for state in bookkeeping.partitions {
            writer.message(4) { writer in
                writer.field(1, state.included)
                writer.field(2, state.read)
                if let closed = state.closed { writer.present(3, closed) }
                writer.field(4, state.caughtUp)
                if let first = state.first { writer.present(5, first) }
            }
        }
        writer.field(5, bookkeeping.deltaOffset)
        writer.field(6, bookkeeping.oldestOffset)
        writer.packed(7, firstOffsets)
        writer.present(8, fixed64: keyFingerprint)
        writer.present(9, bytes: content)
        let parts = Chunks.split(writer.bytes, largest: largestChunk)
        let values = parts.enumerated().map { index, data in
            var part = ProtoWriter()
            part.field(1, index)
            part.field(2, parts.count)
            part.field(3, writer.bytes.count)
            part.field(4, bytes: data)
            return part.bytes
        }
        let from = bookkeeping.from.map { "\($0)" } ?? ""
        let through = bookkeeping.through.map { "\($0)" } ?? "genesis"
        return (
            values,
            [
                .init("content_hash", Hex.text(SHA256Digest.of(content.span)).utf8), .init("content_hash_v", "1".utf8),
                .init("from", from.utf8), .init("through", through.utf8),
            ]
        )
    }

    /// Decodes and validates a record from its inflated bytes.
    /// - Throws: `RulesMismatch` if this program does not have the model's rules; `ProtoError` if the bytes are not
    ///   a valid record.
    static func decode(_ bytes: [UInt8]) throws -> ModelRecord {
        let rules = try rules(bytes)
        guard LifecycleRules(version: rules) != nil else { throw RulesMismatch(recorded: rules) }
        let record = try fields(bytes)
        try ProtoError.validate(record.validate)
        return record
    }

    /// Returns the rules version in a model record. It comes first, so that it can be read without decoding the model.
    private static func rules(_ bytes: [UInt8]) throws(ProtoError) -> Int64 {
        var rules: Int64?
        var reader = ProtoReader(bytes.span)
        while let field = try reader.next() {
            guard field.number == 9 else {
                try reader.skip(field)
                continue
            }
            try reader.message(field) { reader throws(ProtoError) in
                guard let first = try reader.next(), first.number == 1 else { return }
                rules = try reader.int64(first)
            }
        }
        guard let rules, rules > 0 else { throw .badValue }
        return rules
    }

    private static func fields(_ bytes: [UInt8]) throws(ProtoError) -> ModelRecord {
        var bookkeeping = Bookkeeping(
            from: nil, through: nil, start: nil, partitions: [], deltaOffset: 0, oldestOffset: 0)
        var firstOffsets: [Int64] = []
        var fingerprint: UInt64 = 0
        var model: Model?
        var hash: [UInt8]?
        var reader = ProtoReader(bytes.span)
        while let field = try reader.next() {
            switch field.number {
            case 1: bookkeeping.from = try reader.int64(field)
            case 2: bookkeeping.through = try reader.int64(field)
            case 3: bookkeeping.start = try reader.int64(field)
            case 4:
                try reader.message(field) { reader throws(ProtoError) in
                    var state = PartitionState()
                    while let field = try reader.next() {
                        switch field.number {
                        case 1: state.included = try reader.int64(field)
                        case 2: state.read = try reader.int64(field)
                        case 3: state.closed = try reader.int64(field)
                        case 4: state.caughtUp = try reader.bool(field)
                        case 5: state.first = try reader.int64(field)
                        default: try reader.skip(field)
                        }
                    }
                    bookkeeping.partitions.append(state)
                }
            case 5: bookkeeping.deltaOffset = try reader.int64(field)
            case 6: bookkeeping.oldestOffset = try reader.int64(field)
            case 7: try reader.repeated(field) { firstOffsets.append(Int64(bitPattern: $0)) }
            case 8: fingerprint = try reader.fixed64(field)
            case 9:
                try reader.message(field) { reader throws(ProtoError) in
                    let start = reader.offset
                    model = try ModelContent.decode(&reader)
                    hash = SHA256Digest.of(bytes.span.extracting(start..<reader.offset))
                }
            default: try reader.skip(field)
            }
        }
        guard let model else { throw .badValue }
        return ModelRecord(
            bookkeeping: bookkeeping, firstOffsets: firstOffsets, keyFingerprint: fingerprint, model: model,
            contentHash: hash)
    }
}
