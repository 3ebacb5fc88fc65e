internal import Clustering
internal import Schemas

/// A member's record, `shoal.v1.MemberState`. There are millions, so that it is written at one go, and many are read before
/// they are put in.
extension StateRecord {
    /// Members as they were read, one behind the other: buffers that are used again.
    struct Members {
        fileprivate(set) var states = MemberStates()
        /// By member.
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
            guard states.weights.count == end, states.directions.count == end, end - (states.ends.last ?? 0) < 256
            else { throw .badValue }
            states.fields.append(fields)
            states.ends.append(end)
            points.append(point)
        }
    }

    // MARK: - Writing

    /// Appends a record for each member, and a null for each that is no more; those first.
    static func append(_ states: borrowing MemberStates, at point: SnapshotPoint, to records: inout RecordBuffer) {
        for member in states.removed {
            records.append(to: .state, key: { write(key: member, &$0) }, value: nil)
        }
        let (fields, topics, weights, directions) = (states.fields, states.topics, states.weights, states.directions)
        for index in fields.indices {
            let (member, range) = (fields[index], states.range(index))
            records.append(
                to: .state, key: { write(key: member.pseudonym, &$0) },
                value: {
                    write(
                        member, at: point, topics.span.extracting(range), weights.span.extracting(range),
                        directions.span.extracting(range), &$0)
                })
        }
    }

    /// Appends a member's key to the buffer.
    static func write(key: Pseudonym, _ buffer: inout [UInt8]) {
        // Safe: they are the number's own 16 bytes.
        unsafe withUnsafeBytes(of: key.bigEndian) { unsafe buffer.append(contentsOf: $0) }
    }

    /// Appends a member's value to the buffer: the bytes that `ProtoWriter` makes of it.
    static func write(
        _ member: MemberFields, at point: SnapshotPoint, _ topics: Span<TopicNumber>, _ weights: Span<UInt32>,
        _ directions: Span<UInt16>, _ buffer: inout [UInt8]
    ) {
        // Twelve tags, six long numbers, six short ones and a topic's longest, with some to spare.
        let most = 128 + topics.count * 12
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: most) { space in
            var writer = unsafe Writer(space)
            writer.field(1, UInt64(format))
            writer.field(2, UInt64(bitPattern: point.offset))
            if let epoch = point.epoch { writer.present(3, UInt64(bitPattern: epoch)) }
            writer.tag(4, .fixed64)
            writer.fixed(member.order)
            writer.field(5, UInt64(bitPattern: member.landmark))
            if let epoch = member.lastEpoch { writer.present(6, UInt64(bitPattern: epoch)) }
            writer.field(7, UInt64(member.events))
            if let cluster = member.cluster { writer.present(8, UInt64(cluster)) }
            writer.field(9, UInt64(member.previous))
            if !topics.isEmpty {
                writer.packed(10, topics)
                writer.tag(11, .bytes)
                writer.varint(UInt64(weights.count * 4))
                for index in weights.indices { writer.fixed(weights[index]) }
                writer.packed(12, directions)
            }
            unsafe buffer.append(contentsOf: UnsafeBufferPointer(rebasing: space[..<writer.count]))
        }
    }

    /// Writes Protobuf into space that is known to suffice.
    @safe private struct Writer {
        private let space: UnsafeMutableBufferPointer<UInt8>
        private let room: Int
        private(set) var count = 0

        init(_ space: UnsafeMutableBufferPointer<UInt8>) {
            unsafe self.space = space
            room = space.count
        }

        @inline(__always)
        mutating func byte(_ value: UInt8) {
            precondition(count < room, "a member's record is longer than it can be")
            unsafe space[count] = value
            count += 1
        }

        @inline(__always)
        mutating func tag(_ field: UInt8, _ type: ProtoWireType) { byte(field << 3 | type.rawValue) }

        @inline(__always)
        mutating func varint(_ value: UInt64) {
            var value = value
            while value >= 0x80 {
                byte(UInt8(truncatingIfNeeded: value) | 0x80)
                value >>= 7
            }
            byte(UInt8(truncatingIfNeeded: value))
        }

        @inline(__always)
        mutating func field(_ field: UInt8, _ value: UInt64) {
            if value != 0 { present(field, value) }
        }

        @inline(__always)
        mutating func present(_ field: UInt8, _ value: UInt64) {
            tag(field, .varint)
            varint(value)
        }

        @inline(__always)
        mutating func fixed<T: FixedWidthInteger & BitwiseCopyable>(_ value: T) {
            let size = MemoryLayout<T>.size
            precondition(count + size <= room, "a member's record is longer than it can be")
            // Safe: there is room for it.
            unsafe UnsafeMutableRawPointer(space.baseAddress.unsafelyUnwrapped + count).storeBytes(
                of: value.littleEndian, as: T.self)
            count += size
        }

        @inline(__always)
        mutating func packed<T: FixedWidthInteger & UnsignedInteger>(_ field: UInt8, _ values: Span<T>) {
            tag(field, .bytes)
            var size = 0
            for index in values.indices { size += max(T.bitWidth - values[index].leadingZeroBitCount + 6, 7) / 7 }
            varint(UInt64(size))
            for index in values.indices { varint(UInt64(values[index])) }
        }
    }

    // MARK: - Reading

    /// Whether a record of this key is about a member.
    static func isMember(_ key: Span<UInt8>) -> Bool { key.count == 16 }

    /// Of a member's key.
    static func pseudonym(_ key: Span<UInt8>) -> Pseudonym {
        precondition(key.count == 16, "no member's key")
        // Safe: there are 16 bytes, and each of their patterns is a number.
        return unsafe Pseudonym(bigEndian: key.bytes.unsafeLoadUnaligned(as: Pseudonym.self))
    }

    /// - Returns: its format.
    static func read(
        _ value: Span<UInt8>, of pseudonym: Pseudonym, into members: inout Members
    ) throws(ProtoError) -> UInt32 {
        var format: UInt32 = 0
        var fields = MemberFields(
            pseudonym: pseudonym, order: 0, landmark: 0, lastEpoch: nil, events: 0, cluster: nil, previous: 0)
        var point = SnapshotPoint(offset: 0, epoch: nil)
        var reader = ProtoReader(value)
        while let field = try reader.next() {
            switch field.number {
            case 1: format = try reader.uint32(field)
            case 2: point.offset = try reader.int64(field)
            case 3: point.epoch = try reader.int64(field)
            case 4: fields.order = try reader.fixed64(field)
            case 5: fields.landmark = try reader.int64(field)
            case 6: fields.lastEpoch = try reader.int64(field)
            case 7: fields.events = try reader.uint32(field)
            case 8: fields.cluster = try reader.uint32(field)
            case 9: fields.previous = try reader.uint32(field)
            case 10:
                try reader.repeated(field) { members.states.topics.append(TopicNumber(truncatingIfNeeded: $0)) }
            case 11: try reader.repeatedFixed32(field) { members.states.weights.append($0) }
            case 12:
                try reader.repeated(field) { members.states.directions.append(UInt16(truncatingIfNeeded: $0)) }
            default: try reader.skip(field)
            }
        }
        try members.append(fields, at: point)
        return format
    }
}
