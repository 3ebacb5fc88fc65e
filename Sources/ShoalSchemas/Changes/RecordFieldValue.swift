/// A type of the fields of records, in Protobuf and in JSON.
protocol RecordFieldValue {
    /// Whether it is zero, empty or nil.
    var isUnset: Bool { get }
    func write(_ number: Int, to writer: inout ProtoWriter)
    func write(_ name: StaticString, to writer: inout JSONWriter)
    /// - Throws: `ProtoError` if the value is of another type or not known.
    init(_ value: ProtoValue) throws(ProtoError)
    /// Takes a further value of the same field: the last one counts, unless the field is a list.
    mutating func merge(_ value: ProtoValue) throws(ProtoError)
    /// Returns nil for a value that a newer version may have added, and that may be left out.
    /// - Throws: An error if the value is of another type.
    init?(_ value: JSONFieldValue) throws
}

extension RecordFieldValue {
    mutating func merge(_ value: ProtoValue) throws(ProtoError) {
        self = try Self(value)
    }
}
