/// Writes Protobuf's wire format into a reusable buffer. As in proto3, zero and empty values are omitted unless
/// requested.
public struct ProtoWriter {
    public var bytes: [UInt8]

    public init(_ bytes: [UInt8] = []) {
        self.bytes = bytes
    }

    @inlinable
    public mutating func varint(_ value: UInt64) {
        bytes.append(varint: value)
    }

    @inlinable
    public mutating func tag(_ field: Int, _ type: ProtoWireType) {
        varint(UInt64(field) << 3 | UInt64(type.rawValue))
    }

    // MARK: - Fields omitted if zero

    @inlinable
    public mutating func field(_ field: Int, _ value: some FixedWidthInteger) {
        if value != 0 { present(field, value) }
    }

    @inlinable
    public mutating func field(_ field: Int, _ value: Bool) {
        if value { present(field, 1 as UInt8) }
    }

    @inlinable
    public mutating func field(_ field: Int, zigzag value: Int64) {
        guard value != 0 else { return }
        tag(field, .varint)
        varint(Self.zigzag(value))
    }

    @inlinable
    public mutating func field(_ field: Int, bytes value: some Collection<UInt8>) {
        if !value.isEmpty { present(field, bytes: value) }
    }

    // MARK: - Fields that are always written

    /// Writes int32, int64, uint32, uint64 or enum. Negative numbers take ten bytes.
    @inlinable
    public mutating func present(_ field: Int, _ value: some FixedWidthInteger) {
        tag(field, .varint)
        varint(UInt64(truncatingIfNeeded: Int64(truncatingIfNeeded: value)))
    }

    @inlinable
    public mutating func present(_ field: Int, fixed64 value: UInt64) {
        tag(field, .fixed64)
        appendFixed(value)
    }

    @inlinable
    public mutating func present(_ field: Int, double value: Double) {
        present(field, fixed64: value.bitPattern)
    }

    @inlinable
    public mutating func present(_ field: Int, bytes value: some Collection<UInt8>) {
        tag(field, .bytes)
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// Writes a nested message, even if it is empty.
    @inlinable
    public mutating func message(_ field: Int, _ body: (inout ProtoWriter) -> Void) {
        tag(field, .bytes)
        prefixed(body)
    }

    // MARK: - Packed fields, omitted if empty

    @inlinable
    public mutating func packed<C: Collection>(_ field: Int, _ values: C) where C.Element: FixedWidthInteger {
        guard !values.isEmpty else { return }
        message(field) { writer in
            for value in values { writer.varint(UInt64(truncatingIfNeeded: Int64(truncatingIfNeeded: value))) }
        }
    }

    @inlinable
    public mutating func packed<C: Collection>(_ field: Int, zigzag values: C) where C.Element == Int64 {
        guard !values.isEmpty else { return }
        message(field) { writer in
            for value in values { writer.varint(Self.zigzag(value)) }
        }
    }

    @inlinable
    public mutating func packed<C: Collection>(_ field: Int, fixed32 values: C) where C.Element == UInt32 {
        guard !values.isEmpty else { return }
        tag(field, .bytes)
        varint(UInt64(values.count * 4))
        for value in values { appendFixed(value) }
    }

    @inlinable
    public mutating func packed<C: Collection>(_ field: Int, fixed64 values: C) where C.Element == UInt64 {
        guard !values.isEmpty else { return }
        tag(field, .bytes)
        varint(UInt64(values.count * 8))
        for value in values { appendFixed(value) }
    }

    // MARK: - Parts

    @inlinable
    static func zigzag(_ value: Int64) -> UInt64 {
        UInt64(bitPattern: (value << 1) ^ (value >> 63))
    }

    @inlinable
    mutating func appendFixed(_ value: some FixedWidthInteger) {
        var value = value
        for _ in 0..<(value.bitWidth / 8) {
            bytes.append(UInt8(truncatingIfNeeded: value))
            value >>= 8
        }
    }

    /// Writes the output of `body`, preceded by its length.
    @inlinable
    mutating func prefixed(_ body: (inout ProtoWriter) -> Void) {
        let start = bytes.count
        // Most messages are shorter than 128 bytes, so one byte is reserved for the length.
        bytes.append(0)
        body(&self)
        let length = bytes.count - start - 1
        if length < 0x80 {
            bytes[start] = UInt8(length)
        } else {
            var prefix = ProtoWriter()
            prefix.varint(UInt64(length))
            bytes.replaceSubrange(start...start, with: prefix.bytes)
        }
    }
}
