/// The value of one Protobuf field, apart from the message that it was read from.
enum ProtoValue {
    case varint(UInt64)
    case delimited([UInt8])
    /// Of a wire type that no field of a change has.
    case other

    /// Reads the value of a field, unless it has another wire type.
    init(_ field: ProtoReader.Field, of reader: inout ProtoReader) throws(ProtoError) {
        switch field.type {
        case .varint: self = .varint(try reader.varint())
        case .bytes: self = .delimited(try reader.bytes(field))
        default: self = .other
        }
    }

    var number: UInt64 {
        get throws(ProtoError) {
            guard case .varint(let number) = self else { throw .badField }
            return number
        }
    }

    var bytes: [UInt8] {
        get throws(ProtoError) {
            guard case .delimited(let bytes) = self else { throw .badField }
            return bytes
        }
    }

    /// The numbers of a repeated field, packed or not.
    var numbers: [UInt64] {
        get throws(ProtoError) {
            guard case .delimited(let bytes) = self else { return [try number] }
            var (reader, numbers): (ProtoReader, [UInt64]) = (ProtoReader(bytes.span), [])
            while reader.offset < bytes.count { numbers.append(try reader.varint()) }
            return numbers
        }
    }
}
