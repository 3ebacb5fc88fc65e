internal import ShoalClustering
internal import ShoalSchemas

/// `shoal.v1.ModelRecord`: what a record of the model topic says in clear.
struct ModelHead {
    var bookkeeping: Bookkeeping
    /// In the genesis model, the first offset of each input partition.
    var firstOffsets: [Int64]
    var keyFingerprint: UInt64
    var summary: ModelSummary

    /// The record's key, and what it is sealed as: the version.
    var name: String { bookkeeping.through.map { "\($0)" } ?? "genesis" }

    var encoded: [UInt8] {
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
        writer.field(10, summary.rules)
        writer.message(11) { SettingsRecord.write(summary.settings, &$0) }
        writer.field(12, summary.ticks)
        writer.field(13, summary.topics)
        writer.field(14, summary.published)
        writer.field(15, summary.suppressed)
        writer.field(16, summary.members)
        writer.field(17, summary.unassigned)
        if let topic = bookkeeping.clustersTopic { writer.present(18, bytes: topic.utf8) }
        return writer.bytes
    }

    /// Decodes and validates the head of a record.
    /// - Throws: `RulesMismatch` if this program does not have the model's rules, also those of a record that is not
    ///   sealed; `ProtoError` if it is not a valid record.
    static func decode(_ whole: Chunks.Whole) throws -> ModelHead {
        let rules = try rules(whole)
        guard LifecycleRules(version: rules) != nil else { throw RulesMismatch(recorded: rules) }
        _ = try whole.compression()
        let head = try fields(whole.clear)
        try ProtoError.validate(head.validate)
        return head
    }

    /// Returns the rules version. It is read apart, so that a record of other rules is recognised.
    private static func rules(_ whole: Chunks.Whole) throws(ProtoError) -> Int64 {
        var rules: Int64?
        var reader = ProtoReader(whole.clear.span)
        while let field = try reader.next() {
            if field.number == 10 { rules = try reader.int64(field) } else { try reader.skip(field) }
        }
        if whole.isUnsealed { rules = try unsealedRules(whole) }
        guard let rules, rules > 0 else { throw .badValue }
        return rules
    }

    /// Returns the rules version in a record of the first format: a message with the model's content as field 9, which
    /// begins with it.
    private static func unsealedRules(_ whole: Chunks.Whole) throws(ProtoError) -> Int64? {
        var rules: Int64?
        guard let bytes = Compression.zlib.decompress(whole.data, size: Int(whole.size)) else { throw .badValue }
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
        return rules
    }

    private static func fields(_ bytes: [UInt8]) throws(ProtoError) -> ModelHead {
        var head = ModelHead(
            bookkeeping: Bookkeeping(
                from: nil, through: nil, start: nil, partitions: [], deltaOffset: 0, oldestOffset: 0),
            firstOffsets: [], keyFingerprint: 0,
            summary: ModelSummary(
                rules: 0, settings: Settings(), ticks: 0, topics: 0, published: 0, suppressed: 0, members: 0,
                unassigned: 0))
        var reader = ProtoReader(bytes.span)
        while let field = try reader.next() {
            switch field.number {
            case 1: head.bookkeeping.from = try reader.int64(field)
            case 2: head.bookkeeping.through = try reader.int64(field)
            case 3: head.bookkeeping.start = try reader.int64(field)
            case 4:
                try reader.message(field) { reader throws(ProtoError) in
                    head.bookkeeping.partitions.append(try partition(&reader))
                }
            case 5: head.bookkeeping.deltaOffset = try reader.int64(field)
            case 6: head.bookkeeping.oldestOffset = try reader.int64(field)
            case 7: try reader.repeated(field) { head.firstOffsets.append(Int64(bitPattern: $0)) }
            case 8: head.keyFingerprint = try reader.fixed64(field)
            case 10: head.summary.rules = try reader.int64(field)
            case 11:
                try reader.message(field) { reader throws(ProtoError) in
                    head.summary.settings = try SettingsRecord.read(&reader)
                }
            case 12: head.summary.ticks = try reader.int64(field)
            case 13: head.summary.topics = try reader.int64(field)
            case 14: head.summary.published = try reader.int64(field)
            case 15: head.summary.suppressed = try reader.int64(field)
            case 16: head.summary.members = try reader.int64(field)
            case 17: head.summary.unassigned = try reader.int64(field)
            case 18: head.bookkeeping.clustersTopic = String(decoding: try reader.bytes(field), as: UTF8.self)
            default: try reader.skip(field)
            }
        }
        return head
    }

    private static func partition(_ reader: inout ProtoReader) throws(ProtoError) -> PartitionState {
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
        return state
    }
}
