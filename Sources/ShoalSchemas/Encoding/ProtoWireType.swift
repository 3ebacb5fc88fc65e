/// The wire type of a Protobuf field.
public enum ProtoWireType: UInt8, Sendable {
    case varint = 0
    case fixed64 = 1
    case bytes = 2
    /// A group, which proto2 knows: only skipped.
    case startGroup = 3
    case endGroup = 4
    case fixed32 = 5
}
