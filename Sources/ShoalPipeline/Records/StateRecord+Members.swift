internal import ShoalClustering
internal import ShoalSchemas

/// A member's record, `shoal.v1.MemberState`. There may be millions, so records are decoded in blocks.
extension StateRecord {
    /// Decoded members in reusable contiguous buffers.
    struct Members {
        fileprivate(set) var states = MemberStates()
        /// The snapshot point of each member.
        private(set) var points: [SnapshotPoint] = []

        var count: Int { points.count }

        mutating func removeAll() {
            states.removeAll()
            points.removeAll(keepingCapacity: true)
        }

        fileprivate mutating func append(
            _ fields: MemberFields, at point: SnapshotPoint
        ) throws(ProtoError) {
            let end = states.topics.count
            let start = states.ends.last ?? 0
            guard states.weights.count == end, states.directions.count == end else { throw .badValue }
            guard end - start <= Limits.profileTopics else {
                throw .outOfRange("a member has \(end - start) topics, and may have \(Limits.profileTopics)")
            }
            try check(fields, at: point)
            try check(start..<end)
            states.fields.append(fields)
            states.ends.append(end)
            points.append(point)
        }
    }

    // MARK: - Keys

    /// The key of a record.
    enum Key: Equatable {
        /// The 16 bytes of a pseudonym. No other key is as long.
        case member(Pseudonym)
        /// `whole`.
        case whole
        /// `a/0`, `b/100`: a part of a header.
        case part(Side, index: Int)

        static let wholeBytes = Array("whole".utf8)

        /// Returns nil if no record has the key.
        init?(_ key: Span<UInt8>) {
            if isMember(key) {
                self = .member(pseudonym(key))
                return
            }
            if key.count == Self.wholeBytes.count,
                Self.wholeBytes.indices.allSatisfy({ key[$0] == Self.wholeBytes[$0] })
            {
                self = .whole
                return
            }
            // A part number has at most seven digits and no leading zero.
            guard (3...9).contains(key.count), let side = Side(letter: key[0]), key[1] == UInt8(ascii: "/"),
                key.count == 3 || key[2] != UInt8(ascii: "0")
            else { return nil }
            var index = 0
            for place in 2..<key.count {
                let digit = Int(key[place]) - Int(UInt8(ascii: "0"))
                guard (0...9).contains(digit) else { return nil }
                index = index * 10 + digit
            }
            guard Int64(index) < Chunks.most else { return nil }
            self = .part(side, index: index)
        }

        var bytes: [UInt8] {
            switch self {
            case .member(let pseudonym): Hex.bytes(of: pseudonym)
            case .whole: Self.wholeBytes
            case .part(let side, let index): [side.letter] + Array("/\(index)".utf8)
            }
        }
    }

    // MARK: - Writing

    /// Appends a null for each removed member, then a record for each member.
    static func append(
        _ states: borrowing MemberStates, at point: SnapshotPoint, by sealer: RecordSealer,
        to records: inout RecordBuffer
    ) {
        for member in states.removed {
            records.append(to: .state, key: { write(key: member, &$0) }, value: nil)
        }
        let (fields, topics, weights, directions) = (states.fields, states.topics, states.weights, states.directions)
        for index in fields.indices {
            let (member, range) = (fields[index], states.range(index))
            records.append(
                to: .state, key: { write(key: member.pseudonym, &$0) },
                value: {
                    seal(
                        member, at: point, topics.span.extracting(range), weights.span.extracting(range),
                        directions.span.extracting(range), by: sealer, &$0)
                })
        }
    }

    /// Appends a member's key to the buffer.
    static func write(key: Pseudonym, _ buffer: inout [UInt8]) {
        // Safe: the pointer covers the number's own 16 bytes.
        unsafe withUnsafeBytes(of: key.bigEndian) { unsafe buffer.append(contentsOf: $0) }
    }

    /// Appends a member's value to the buffer.
    static func seal(
        _ member: MemberFields, at point: SnapshotPoint, _ topics: Span<TopicNumber>, _ weights: Span<UInt32>,
        _ directions: Span<UInt16>, by sealer: RecordSealer, _ buffer: inout [UInt8]
    ) {
        seal(member.pseudonym, by: sealer, &buffer) { write(member, at: point, topics, weights, directions, &$0) }
    }

    /// Appends the value of a member whose fields `body` writes.
    static func seal(
        _ pseudonym: Pseudonym, by sealer: RecordSealer, _ buffer: inout [UInt8], _ body: (inout [UInt8]) -> Void
    ) {
        var writer = ProtoWriter()
        swap(&writer.bytes, &buffer)
        writer.field(1, format)
        writer.message(14) { sealer.seal(Hex.bytes(of: pseudonym), into: &$0.bytes, body) }
        swap(&writer.bytes, &buffer)
    }

    /// Appends the fields of a member that are sealed.
    static func write(
        _ member: MemberFields, at point: SnapshotPoint, _ topics: Span<TopicNumber>, _ weights: Span<UInt32>,
        _ directions: Span<UInt16>, _ buffer: inout [UInt8]
    ) {
        var writer = ProtoWriter()
        swap(&writer.bytes, &buffer)
        writer.field(2, point.offset)
        if let epoch = point.epoch { writer.present(3, epoch) }
        writer.present(4, fixed64: member.order)
        writer.field(5, member.landmark)
        if let epoch = member.lastEpoch { writer.present(6, epoch) }
        writer.field(7, member.events)
        if let cluster = member.cluster { writer.present(8, cluster) }
        writer.field(9, member.previous)
        // Safe: the buffers are used only within the closures.
        unsafe topics.withUnsafeBufferPointer { unsafe writer.packed(10, $0) }
        unsafe weights.withUnsafeBufferPointer { unsafe writer.packed(11, fixed32: $0) }
        unsafe directions.withUnsafeBufferPointer { unsafe writer.packed(12, $0) }
        writer.field(13, member.published)
        writer.field(15, member.watchDays)
        swap(&writer.bytes, &buffer)
    }

    // MARK: - Reading

    /// Returns whether the key is that of a member.
    static func isMember(_ key: Span<UInt8>) -> Bool { key.count == 16 }

    /// Returns the pseudonym in a member's key.
    static func pseudonym(_ key: Span<UInt8>) -> Pseudonym {
        precondition(key.count == 16, "no member's key")
        // Safe: there are 16 bytes, and any 16 bytes are a number.
        return unsafe Pseudonym(bigEndian: key.bytes.unsafeLoadUnaligned(as: Pseudonym.self))
    }

    /// Opens and reads a member's record.
    static func open(
        _ value: Span<UInt8>, of pseudonym: Pseudonym, by sealer: RecordSealer, into members: inout Members
    ) throws {
        var format: UInt32 = 0
        var sealed = 0..<0
        var reader = ProtoReader(value)
        while let field = try reader.next() {
            switch field.number {
            case 1: format = try reader.uint32(field)
            case 14: sealed = try reader.range(field)
            default: try reader.skip(field)
            }
        }
        try check(format)
        let name = Hex.bytes(of: pseudonym)
        do {
            try sealer.open(value.extracting(sealed), name.span) { fields throws in
                try read(fields, of: pseudonym, into: &members)
            }
        } catch is SealBroken {
            throw Failure.impossible(SealBroken.text)
        }
    }

    /// Reads the fields of a member that were sealed.
    static func read(
        _ value: Span<UInt8>, of pseudonym: Pseudonym, into members: inout Members
    ) throws(ProtoError) {
        var fields = MemberFields(
            pseudonym: pseudonym, order: 0, landmark: 0, lastEpoch: nil, events: 0, cluster: nil, previous: 0,
            published: 0)
        var point = SnapshotPoint(offset: 0, epoch: nil)
        var reader = ProtoReader(value)
        while let field = try reader.next() {
            switch field.number {
            case 2: point.offset = try reader.int64(field)
            case 3: point.epoch = try reader.int64(field)
            case 4: fields.order = try reader.fixed64(field)
            case 5: fields.landmark = try reader.int64(field)
            case 6: fields.lastEpoch = try reader.int64(field)
            case 7: fields.events = try reader.uint32(field)
            case 8: fields.cluster = try reader.uint32(field)
            case 9: fields.previous = try reader.uint32(field)
            case 10: try reader.topics(field, into: &members.states.topics)
            case 11: try reader.repeatedFixed32(field) { members.states.weights.append($0) }
            case 12: try reader.components(field, into: &members.states.directions)
            case 13: fields.published = try reader.uint32(field)
            case 15: fields.watchDays = try reader.uint32(field)
            default: try reader.skip(field)
            }
        }
        try members.append(fields, at: point)
    }
}
