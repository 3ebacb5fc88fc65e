/// Reads Protobuf's wire format from borrowed bytes. Never traps.
public struct ProtoReader: ~Escapable {
    public struct Field: Sendable {
        public var number: Int
        public var type: ProtoWireType

        @inlinable
        public init(number: Int, type: ProtoWireType) {
            self.number = number
            self.type = type
        }
    }

    @usableFromInline let span: Span<UInt8>
    @usableFromInline var place: Int
    /// The end of the bytes to read.
    @usableFromInline var end: Int

    @_lifetime(copy span)
    @inlinable
    public init(_ span: Span<UInt8>) {
        self.span = span
        place = 0
        end = span.count
    }

    /// The current place.
    @inlinable
    public var offset: Int { place }

    /// Returns the next field, or `nil` at the end.
    @inlinable
    public mutating func next() throws(ProtoError) -> Field? {
        guard place < end else { return nil }
        let start = place
        let tag = try varint()
        // A tag has 32 bits.
        guard place - start <= 5 else { throw .badVarint }
        guard tag >> 3 >= 1, tag >> 3 <= 536_870_911, let type = ProtoWireType(rawValue: UInt8(tag & 7)) else {
            throw .badField
        }
        return Field(number: Int(tag >> 3), type: type)
    }

    @inlinable
    public mutating func varint() throws(ProtoError) -> UInt64 {
        guard place < end else { throw .truncated }
        let first = span[place]
        place += 1
        return first < 0x80 ? UInt64(first) : try varint(after: first)
    }

    @usableFromInline
    mutating func varint(after first: UInt8) throws(ProtoError) -> UInt64 {
        var value = UInt64(first & 0x7F)
        var shift: UInt64 = 7
        while true {
            guard place < end else { throw .truncated }
            let byte = span[place]
            place += 1
            if shift == 63, byte > 1 { throw .badVarint }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
            if shift > 63 { throw .badVarint }
        }
    }

    // MARK: - Values of a field

    @inlinable
    public mutating func uint64(_ field: Field) throws(ProtoError) -> UInt64 {
        guard field.type == .varint else { throw .badField }
        return try varint()
    }

    @inlinable
    public mutating func int64(_ field: Field) throws(ProtoError) -> Int64 {
        Int64(bitPattern: try uint64(field))
    }

    /// Reads a 32-bit number. Larger values are truncated, as in all Protobuf readers.
    @inlinable
    public mutating func uint32(_ field: Field) throws(ProtoError) -> UInt32 {
        UInt32(truncatingIfNeeded: try uint64(field))
    }

    @inlinable
    public mutating func int32(_ field: Field) throws(ProtoError) -> Int32 {
        Int32(truncatingIfNeeded: try uint64(field))
    }

    @inlinable
    public mutating func bool(_ field: Field) throws(ProtoError) -> Bool {
        try uint64(field) != 0
    }

    @inlinable
    public mutating func zigzag(_ field: Field) throws(ProtoError) -> Int64 {
        Self.unzigzag(try uint64(field))
    }

    @inlinable
    public mutating func fixed64(_ field: Field) throws(ProtoError) -> UInt64 {
        guard field.type == .fixed64 else { throw .badField }
        return try fixed()
    }

    @inlinable
    public mutating func double(_ field: Field) throws(ProtoError) -> Double {
        Double(bitPattern: try fixed64(field))
    }

    /// Returns the range of a length-delimited field's bytes.
    @inlinable
    public mutating func range(_ field: Field) throws(ProtoError) -> Range<Int> {
        guard field.type == .bytes else { throw .badField }
        let length = try varint()
        guard length <= UInt64(end - place) else { throw .truncated }
        let start = place
        place += Int(length)
        return start..<place
    }

    @inlinable
    public mutating func bytes(_ field: Field) throws(ProtoError) -> [UInt8] {
        let range = try range(field)
        // Safe: the range is within the span.
        return unsafe span.extracting(range).withUnsafeBufferPointer { unsafe Array($0) }
    }

    /// Reads a nested message. `body` sees only its bytes.
    @inlinable
    public mutating func message(
        _ field: Field, _ body: (inout ProtoReader) throws(ProtoError) -> Void
    ) throws(ProtoError) {
        let range = try range(field)
        let (outer, after) = (end, place)
        (place, end) = (range.lowerBound, range.upperBound)
        defer { (place, end) = (after, outer) }
        try body(&self)
    }

    /// Reads a repeated number, packed or not.
    @inlinable
    public mutating func repeated(
        _ field: Field, _ body: (UInt64) throws(ProtoError) -> Void
    ) throws(ProtoError) {
        guard field.type == .bytes else { return try body(uint64(field)) }
        try message(field) { reader throws(ProtoError) in
            while reader.place < reader.end { try body(reader.varint()) }
        }
    }

    /// Reads a repeated fixed32, packed or not.
    @inlinable
    public mutating func repeatedFixed32(
        _ field: Field, _ body: (UInt32) throws(ProtoError) -> Void
    ) throws(ProtoError) {
        if field.type == .fixed32 { return try body(fixed()) }
        try message(field) { reader throws(ProtoError) in
            while reader.place < reader.end { try body(reader.fixed()) }
        }
    }

    /// Reads a repeated fixed64, packed or not.
    @inlinable
    public mutating func repeatedFixed64(
        _ field: Field, _ body: (UInt64) throws(ProtoError) -> Void
    ) throws(ProtoError) {
        if field.type == .fixed64 { return try body(fixed()) }
        try message(field) { reader throws(ProtoError) in
            while reader.place < reader.end { try body(reader.fixed()) }
        }
    }

    @inlinable
    public mutating func skip(_ field: Field) throws(ProtoError) {
        switch field.type {
        case .varint: _ = try varint()
        case .fixed64: _ = try fixed() as UInt64
        case .fixed32: _ = try fixed() as UInt32
        case .bytes: _ = try range(field)
        case .startGroup: try skipGroup(field.number)
        case .endGroup: throw .badField
        }
    }

    /// Skips a group and the groups in it, up to the end of the outermost.
    @usableFromInline
    mutating func skipGroup(_ number: Int) throws(ProtoError) {
        var open = [number]
        while let innermost = open.last {
            guard let field = try next() else { throw .truncated }
            switch field.type {
            case .startGroup:
                guard open.count < Self.deepestGroup else { throw .badField }
                open.append(field.number)
            case .endGroup:
                guard field.number == innermost else { throw .badField }
                open.removeLast()
            default: try skip(field)
            }
        }
    }

    /// How deep groups may be nested: as deep as other readers of Protobuf allow.
    private static let deepestGroup = 100

    @inlinable
    public static func unzigzag(_ value: UInt64) -> Int64 {
        Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    @inlinable
    mutating func fixed<T: FixedWidthInteger & BitwiseCopyable>() throws(ProtoError) -> T {
        let size = MemoryLayout<T>.size
        guard end - place >= size else { throw .truncated }
        // Safe: there are enough bytes, and any bytes are a number.
        let value = unsafe span.bytes.unsafeLoadUnaligned(fromByteOffset: place, as: T.self)
        place += size
        return T(littleEndian: value)
    }
}
