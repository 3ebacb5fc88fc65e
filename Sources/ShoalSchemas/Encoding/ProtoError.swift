/// An error in Protobuf data.
public enum ProtoError: Error, Equatable, Sendable {
    /// The bytes end within a field, or a length exceeds them.
    case truncated
    /// A varint of more than ten bytes.
    case badVarint
    /// An invalid wire type or field number, or one that does not match the field.
    case badField
    /// A value that contradicts the schema.
    case badValue
    /// A value is outside of its range; the text says which.
    case outOfRange(String)
}
