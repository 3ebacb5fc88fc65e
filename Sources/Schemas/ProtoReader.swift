/// What is wrong with bytes that should be Protobuf.
public enum ProtoError: Error, Equatable, Sendable {
    /// The bytes end within a field, or a length reaches beyond them.
    case truncated
    /// A varint of more than ten bytes.
    case badVarint
    /// A wire type or a field number that does not exist, or does not fit the field.
    case badField
    /// What it holds contradicts the schema.
    case badValue
}

/// Reads Protobuf's wire format from bytes that it borrows. Never traps, whatever they are.
public struct ProtoReader: ~Escapable {
    public struct Field: Sendable {
        public var number: Int
        public var type: ProtoWireType
    }

    private let span: Span<UInt8>
    /// Where it stands, and where what it reads ends.
    public private(set) var offset: Int
    private var end: Int

    @_lifetime(copy span)
    public init(_ span: Span<UInt8>) {
        self.span = span
        offset = 0
        end = span.count
    }

    /// The next field; nil at the end.
    public mutating func next() throws(ProtoError) -> Field? {
        guard offset < end else { return nil }
        let tag = try varint()
        guard tag >> 3 >= 1, tag >> 3 <= 536_870_911, let type = ProtoWireType(rawValue: UInt8(tag & 7)) else {
            throw .badField
        }
        return Field(number: Int(tag >> 3), type: type)
    }

    public mutating func varint() throws(ProtoError) -> UInt64 {
        guard offset < end else { throw .truncated }
        let first = span[offset]
        offset += 1
        if first < 0x80 { return UInt64(first) }
        var value = UInt64(first & 0x7F)
        var shift: UInt64 = 7
        while true {
            guard offset < end else { throw .truncated }
            let byte = span[offset]
            offset += 1
            if shift == 63, byte > 1 { throw .badVarint }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
            if shift > 63 { throw .badVarint }
        }
    }

    // MARK: - Values of a field

    public mutating func uint64(_ field: Field) throws(ProtoError) -> UInt64 {
        guard field.type == .varint else { throw .badField }
        return try varint()
    }

    public mutating func int64(_ field: Field) throws(ProtoError) -> Int64 {
        Int64(bitPattern: try uint64(field))
    }

    /// Protobuf cuts larger numbers off, as all of its readers do.
    public mutating func uint32(_ field: Field) throws(ProtoError) -> UInt32 {
        UInt32(truncatingIfNeeded: try uint64(field))
    }

    public mutating func int32(_ field: Field) throws(ProtoError) -> Int32 {
        Int32(truncatingIfNeeded: try uint64(field))
    }

    public mutating func bool(_ field: Field) throws(ProtoError) -> Bool {
        try uint64(field) != 0
    }

    public mutating func zigzag(_ field: Field) throws(ProtoError) -> Int64 {
        Self.unzigzag(try uint64(field))
    }

    public mutating func fixed64(_ field: Field) throws(ProtoError) -> UInt64 {
        guard field.type == .fixed64 else { throw .badField }
        return try fixed()
    }

    public mutating func double(_ field: Field) throws(ProtoError) -> Double {
        Double(bitPattern: try fixed64(field))
    }

    /// The range of a length-delimited field's bytes in the span.
    public mutating func range(_ field: Field) throws(ProtoError) -> Range<Int> {
        guard field.type == .bytes else { throw .badField }
        let length = try varint()
        guard length <= UInt64(end - offset) else { throw .truncated }
        let start = offset
        offset += Int(length)
        return start..<offset
    }

    public mutating func bytes(_ field: Field) throws(ProtoError) -> [UInt8] {
        let range = try range(field)
        // Safe: the range lies within the span.
        return unsafe span.extracting(range).withUnsafeBufferPointer { unsafe Array($0) }
    }

    /// A nested message: `body` sees its bytes only.
    public mutating func message(
        _ field: Field, _ body: (inout ProtoReader) throws(ProtoError) -> Void
    ) throws(ProtoError) {
        let range = try range(field)
        let (outer, after) = (end, offset)
        (offset, end) = (range.lowerBound, range.upperBound)
        defer { (offset, end) = (after, outer) }
        try body(&self)
    }

    /// A repeated number, packed or not.
    public mutating func repeated(
        _ field: Field, _ body: (UInt64) throws(ProtoError) -> Void
    ) throws(ProtoError) {
        guard field.type == .bytes else { return try body(uint64(field)) }
        try message(field) { reader throws(ProtoError) in
            while reader.offset < reader.end { try body(reader.varint()) }
        }
    }

    /// A repeated fixed32, packed or not.
    public mutating func repeatedFixed32(
        _ field: Field, _ body: (UInt32) throws(ProtoError) -> Void
    ) throws(ProtoError) {
        if field.type == .fixed32 { return try body(fixed()) }
        try message(field) { reader throws(ProtoError) in
            while reader.offset < reader.end { try body(reader.fixed()) }
        }
    }

    /// A repeated fixed64, packed or not.
    public mutating func repeatedFixed64(
        _ field: Field, _ body: (UInt64) throws(ProtoError) -> Void
    ) throws(ProtoError) {
        if field.type == .fixed64 { return try body(fixed()) }
        try message(field) { reader throws(ProtoError) in
            while reader.offset < reader.end { try body(reader.fixed()) }
        }
    }

    public mutating func skip(_ field: Field) throws(ProtoError) {
        switch field.type {
        case .varint: _ = try varint()
        case .fixed64: _ = try fixed() as UInt64
        case .fixed32: _ = try fixed() as UInt32
        case .bytes: _ = try range(field)
        }
    }

    public static func unzigzag(_ value: UInt64) -> Int64 {
        Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    private mutating func fixed<T: FixedWidthInteger>() throws(ProtoError) -> T {
        let size = T.bitWidth / 8
        guard end - offset >= size else { throw .truncated }
        var value: T = 0
        for index in 0..<size { value |= T(truncatingIfNeeded: span[offset + index]) << T(8 * index) }
        offset += size
        return value
    }
}
