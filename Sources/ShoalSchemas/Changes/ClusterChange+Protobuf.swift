extension ClusterChange {
    /// Appends the Protobuf form.
    public func encode(into buffer: inout [UInt8]) {
        var encoding = ProtobufEncoding()
        swap(&encoding.writer.bytes, &buffer)
        var change = self
        change.visitFields(with: &encoding)
        swap(&encoding.writer.bytes, &buffer)
    }

    /// Decodes the Protobuf form. An unknown kind or reason is an error (`badValue`).
    public init(protobuf span: Span<UInt8>) throws(ProtoError) {
        var reader = ProtoReader(span)
        var change = ClusterChange(id: 0, kind: .memberJoined)
        var hasKind = false
        while let field = try reader.next() {
            var decoding = ProtobufDecoding(number: field.number, value: try ProtoValue(field, of: &reader))
            try change.visitFields(with: &decoding)
            if field.number == Self.kindNumber { hasKind = true }
            if !decoding.isKnown, case .other = decoding.value { try reader.skip(field) }
        }
        guard hasKind else { throw .badValue }
        self = change
    }
}

/// Writes fields that are set.
private struct ProtobufEncoding: ClusterChangeFieldVisitor {
    typealias Failure = Never

    var writer = ProtoWriter()

    @inline(__always)
    mutating func visit<Value: ClusterChangeValue>(_ field: ClusterChange.Field, _ value: inout Value) {
        if field.presence == .required || !value.isUnset { value.write(field.number, to: &writer) }
    }
}

/// Reads the value of one field.
private struct ProtobufDecoding: ClusterChangeFieldVisitor {
    let number: Int
    let value: ProtoValue
    /// Whether there is a field of that number.
    var isKnown = false

    mutating func visit<Value: ClusterChangeValue>(
        _ field: ClusterChange.Field, _ target: inout Value
    ) throws(ProtoError) {
        guard field.number == number else { return }
        isKnown = true
        try target.merge(value)
    }
}
