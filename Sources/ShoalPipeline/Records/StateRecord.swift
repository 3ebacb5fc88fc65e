internal import ShoalClustering
internal import ShoalSchemas

/// Encodes and decodes the records of the state topic: `shoal.v1.MemberState`, `SnapshotPart` and `SnapshotWhole`.
enum StateRecord {
    /// The format version that is written, and the only one that is read, of all records but the parts of headers. Format 1
    /// was not sealed.
    static let format: UInt32 = 2

    /// The two alternating headers: that of the last complete snapshot remains while the next one is written.
    enum Side: UInt8 {
        case a
        case b

        var other: Side { self == .a ? .b : .a }
        var letter: UInt8 { UInt8(ascii: "a") + rawValue }

        init?(letter: UInt8) {
            switch letter {
            case UInt8(ascii: "a"): self = .a
            case UInt8(ascii: "b"): self = .b
            default: return nil
            }
        }
    }

    /// Marks the snapshot of this number as complete.
    struct Whole: Equatable {
        var number: Int64
        var side: Side
    }

    /// A decoded record.
    enum Content {
        /// A member, appended to the buffer.
        case member
        case removed(Pseudonym)
        case part(Side, number: Int64, Chunks.Chunk)
        case whole(Whole)
    }

    enum Failure: Error, Equatable {
        /// A record written by a newer version of Shoal.
        case newer(format: UInt32)
        /// A record written by an earlier version of Shoal, which is not sealed.
        case older(format: UInt32)
        /// A record that does not belong to a state topic.
        case damaged
        /// A value is outside of its range; the text says which.
        case impossible(String)

        init(_ error: ProtoError) {
            if case .outOfRange(let text) = error { self = .impossible(text) } else { self = .damaged }
        }
    }

    /// - Parameter newest: the newest format that is read.
    static func check(_ format: UInt32, newest: UInt32 = Self.format) throws(Failure) {
        if format > newest { throw .newer(format: format) }
        if format < Self.format { throw .older(format: format) }
    }

    // MARK: - Writing

    /// Appends the header of a snapshot that begins.
    static func append(
        _ header: ShardHeader, number: Int64, side: Side, _ compression: Compression = .newest, largestChunk: Int,
        by sealer: RecordSealer, to records: inout RecordBuffer
    ) {
        let parts = Chunks.seal(
            encode(header), as: name(of: side, number), compression, by: sealer, largest: largestChunk)
        for (index, part) in parts.enumerated() {
            var value = ProtoWriter()
            part.write(&value, number: number)
            records.append(
                to: .state, key: { $0 += Key.part(side, index: index).bytes }, value: { $0 += value.bytes })
        }
    }

    private static func name(of side: Side, _ number: Int64) -> String { "\(side) \(number)" }

    static func encode(_ header: ShardHeader) -> [UInt8] {
        var writer = ProtoWriter()
        writer.field(1, header.point.offset)
        if let epoch = header.point.epoch { writer.present(2, epoch) }
        writer.field(3, header.deltaCount)
        writer.packed(4, fixed64: header.clock.map(\.viewer))
        writer.packed(5, zigzag: header.clock.map(\.epoch))
        writer.packed(6, fixed64: header.ids)
        let open = EpochDelta(
            partition: 0, number: 0, from: nil, through: 0, clusters: header.delta, candidates: header.candidates,
            namings: header.namings)
        writer.message(7) { DeltaRecord.write(open, &$0) }
        writer.packed(30, fixed64: header.sightings.map(\.viewer))
        writer.packed(31, header.sightings.map { UInt32($0.count) })
        writer.field(32, header.isFull)
        writer.packed(33, header.fullSwitches)
        for erased in header.erased {
            writer.message(34) { writer in
                writer.present(1, bytes: Bytes16(erased.member))
                writer.field(2, erased.published)
                if erased.since != .min { writer.present(3, erased.since) }
            }
        }
        if header.clock.contains(where: { $0.reached != $0.epoch }) {
            writer.packed(35, zigzag: header.clock.map(\.reached))
        }
        for viewer in header.categoryViewers {
            writer.message(36) { writer in
                writer.present(1, bytes: Bytes16(viewer.member))
                writer.field(2, viewer.categories)
            }
        }
        return writer.bytes
    }

    static func append(_ whole: Whole, to records: inout RecordBuffer) {
        var writer = ProtoWriter()
        writer.field(1, format)
        writer.field(2, whole.number)
        writer.field(3, whole.side.rawValue)
        records.append(to: .state, key: { $0 += Key.whole.bytes }, value: { $0 += writer.bytes })
    }

    // MARK: - Reading

    /// - Parameters:
    ///   - value: `nil` for a null value.
    ///   - members: Receives the decoded member.
    static func read(
        key: Span<UInt8>, value: Span<UInt8>?, by sealer: RecordSealer, into members: inout Members
    ) throws(Failure) -> Content? {
        do {
            switch Key(key) {
            case .member(let pseudonym):
                guard let value else { return .removed(pseudonym) }
                try open(value, of: pseudonym, by: sealer, into: &members)
                return .member
            case .whole:
                guard let value else { return nil }
                return try readWhole(value)
            case .part(let side, let index):
                guard let value else { return nil }
                return try readPart(value, side, index)
            case nil:
                guard value == nil else { throw Failure.damaged }
                return nil
            }
        } catch let error as Failure {
            throw error
        } catch let error as ProtoError {
            throw Failure(error)
        } catch {
            throw .damaged
        }
    }

    private static func readWhole(_ value: Span<UInt8>) throws -> Content {
        var (format, number, side): (UInt32, Int64, Side?) = (0, 0, .a)
        var reader = ProtoReader(value)
        while let field = try reader.next() {
            switch field.number {
            case 1: format = try reader.uint32(field)
            case 2: number = try reader.int64(field)
            case 3: side = Side(rawValue: UInt8(clamping: try reader.uint64(field)))
            default: try reader.skip(field)
            }
        }
        try check(format)
        guard let side else { throw Failure.damaged }
        guard Limits.counts.contains(number) else { throw Failure.impossible("the snapshot has the number \(number)") }
        return .whole(Whole(number: number, side: side))
    }

    private static func readPart(_ value: Span<UInt8>, _ side: Side, _ index: Int) throws -> Content {
        var number: Int64 = 0
        var part = Chunks.Chunk()
        var reader = ProtoReader(value)
        while let field = try reader.next() {
            switch field.number {
            case 5: number = try reader.int64(field)
            default: try part.read(field, &reader)
            }
        }
        try check(UInt32(clamping: part.format), newest: UInt32(clamping: Compression.newest.rawValue))
        guard part.isSound, part.index == Int64(index) else { throw Failure.damaged }
        guard Limits.counts.contains(number) else { throw Failure.impossible("the snapshot has the number \(number)") }
        return .part(side, number: number, part)
    }

    private static func erased(_ reader: inout ProtoReader) throws(ProtoError) -> ErasedMember {
        var erased = ErasedMember(member: 0, published: 0)
        while let field = try reader.next() {
            switch field.number {
            case 1: erased.member = try Bytes16.read(reader.bytes(field))
            case 2: erased.published = try reader.uint32(field)
            case 3: erased.since = try reader.int64(field)
            default: try reader.skip(field)
            }
        }
        return erased
    }

    private static func categoryViewer(_ reader: inout ProtoReader) throws(ProtoError) -> CategoryViewer {
        var viewer = CategoryViewer(member: 0, categories: 0)
        while let field = try reader.next() {
            switch field.number {
            case 1: viewer.member = try Bytes16.read(reader.bytes(field))
            case 2: viewer.categories = try reader.uint64(field)
            default: try reader.skip(field)
            }
        }
        return viewer
    }

    /// Opens, decodes and validates a header.
    static func header(
        _ whole: Chunks.Whole, _ side: Side, number: Int64, by sealer: RecordSealer
    ) throws(ProtoError) -> ShardHeader {
        try header(whole.opened(as: name(of: side, number), by: sealer))
    }

    /// Decodes and validates a header.
    static func header(_ bytes: [UInt8]) throws(ProtoError) -> ShardHeader {
        var header = ShardHeader(point: SnapshotPoint(offset: 0, epoch: nil))
        var viewers: [UInt64] = []
        var (epochs, reached): ([Epoch], [Epoch]) = ([], [])
        var (seeing, counts): ([UInt64], [UInt64]) = ([], [])
        var open = EpochDelta(partition: 0, number: 0, from: nil, through: 0)
        var reader = ProtoReader(bytes.span)
        while let field = try reader.next() {
            switch field.number {
            case 1: header.point.offset = try reader.int64(field)
            case 2: header.point.epoch = try reader.int64(field)
            case 3: header.deltaCount = try reader.int64(field)
            case 4: try reader.repeatedFixed64(field) { viewers.append($0) }
            case 5: try reader.repeated(field) { epochs.append(ProtoReader.unzigzag($0)) }
            case 6: try reader.repeatedFixed64(field) { header.ids.append($0) }
            case 7: open = try DeltaRecord.fields(reader.bytes(field), partition: 0, number: 0)
            case 30: try reader.repeatedFixed64(field) { seeing.append($0) }
            case 31: try reader.repeated(field) { counts.append($0) }
            case 32: header.isFull = try reader.bool(field)
            case 33: try reader.repeated(field) { header.fullSwitches.append(Int64(bitPattern: $0)) }
            case 35: try reader.repeated(field) { reached.append(ProtoReader.unzigzag($0)) }
            case 36:
                try reader.message(field) { reader throws(ProtoError) in
                    header.categoryViewers.append(try categoryViewer(&reader))
                }
            case 34:
                try reader.message(field) { reader throws(ProtoError) in header.erased.append(try erased(&reader)) }
            default: try reader.skip(field)
            }
        }
        if reached.isEmpty { reached = epochs }
        guard viewers.count == epochs.count, viewers.count == reached.count, seeing.count == counts.count else {
            throw .badValue
        }
        for (viewer, count) in zip(seeing, counts) {
            guard count > 0, count <= UInt64(UInt8.max) else { throw .badValue }
            header.sightings.append(SightingCount(viewer: viewer, count: UInt8(count)))
        }
        header.clock = viewers.indices.map {
            EpochClock.Entry(viewer: viewers[$0], epoch: epochs[$0], reached: reached[$0])
        }
        (header.delta, header.candidates, header.namings) = (open.clusters, open.candidates, open.namings)
        try ProtoError.validate(header.validate)
        return header
    }
}
