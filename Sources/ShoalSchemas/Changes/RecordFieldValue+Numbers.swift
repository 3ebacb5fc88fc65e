extension RecordFieldValue where Self: FixedWidthInteger {
    var isUnset: Bool { self == 0 }

    func write(_ number: Int, to writer: inout ProtoWriter) {
        writer.present(number, self)
    }

    func write(_ name: StaticString, to writer: inout JSONWriter) {
        writer.field(name, Int64(self))
    }

    init(_ value: ProtoValue) throws(ProtoError) {
        self.init(truncatingIfNeeded: try value.number)
    }
}

extension UInt32: RecordFieldValue {
    init?(_ value: JSONFieldValue) throws {
        self = try value.decode(UInt32.self)
    }
}

extension Int32: RecordFieldValue {
    init?(_ value: JSONFieldValue) throws {
        self = try value.decode(Int32.self)
    }
}

extension Int64: RecordFieldValue {
    init?(_ value: JSONFieldValue) throws {
        self = try value.decode(JSONInteger.self).value
    }
}

/// An id or a pseudonym: 16 bytes, or hexadecimal digits.
extension UInt128: RecordFieldValue {
    func write(_ number: Int, to writer: inout ProtoWriter) {
        writer.present(number, bytes: Bytes16(self))
    }

    func write(_ name: StaticString, to writer: inout JSONWriter) {
        writer.field(name, hex: self)
    }

    init(_ value: ProtoValue) throws(ProtoError) {
        self = try Bytes16.read(value.bytes)
    }

    init?(_ value: JSONFieldValue) throws {
        guard let number = UInt128(try value.decode(String.self), radix: 16) else { throw ProtoError.badValue }
        self = number
    }
}

extension Optional: RecordFieldValue where Wrapped: RecordFieldValue {
    var isUnset: Bool { self == nil }

    func write(_ number: Int, to writer: inout ProtoWriter) {
        self?.write(number, to: &writer)
    }

    func write(_ name: StaticString, to writer: inout JSONWriter) {
        self?.write(name, to: &writer)
    }

    init(_ value: ProtoValue) throws(ProtoError) {
        self = try Wrapped(value)
    }

    init?(_ value: JSONFieldValue) throws {
        self = try Wrapped(value)
    }
}
