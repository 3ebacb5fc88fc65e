import Foundation

/// A record whose fields stand in a table, from which both forms are written and read.
protocol RecordFields {
    /// Shows each field to an encoding or a decoding. The order is that of both forms.
    mutating func visitFields<Visitor: RecordFieldVisitor>(with visitor: inout Visitor) throws(Visitor.Failure)
}

extension RecordFields {
    /// Appends the Protobuf form.
    @inline(__always)
    func appendProtobuf(to buffer: inout [UInt8]) {
        var encoding = ProtobufFieldEncoding()
        swap(&encoding.writer.bytes, &buffer)
        var record = self
        record.visitFields(with: &encoding)
        swap(&encoding.writer.bytes, &buffer)
    }

    /// Appends the JSON form.
    /// - Parameter kind: of a change; nil for another record.
    @inline(__always)
    func appendJSON(to buffer: inout [UInt8], kind: ClusterChange.Kind? = nil) {
        var encoding = JSONFieldEncoding(kind: kind, writer: JSONWriter(buffer))
        var record = self
        record.visitFields(with: &encoding)
        encoding.writer.end()
        buffer = encoding.writer.bytes
    }

    /// Reads the Protobuf form over this record.
    /// - Parameter required: the number of a field.
    /// - Returns: whether the message has that field.
    mutating func read(protobuf span: Span<UInt8>, required: Int) throws(ProtoError) -> Bool {
        var reader = ProtoReader(span)
        var hasRequired = false
        while let field = try reader.next() {
            var decoding = ProtobufFieldDecoding(number: field.number, value: try ProtoValue(field, of: &reader))
            try visitFields(with: &decoding)
            if field.number == required { hasRequired = true }
            if !decoding.isKnown, case .other = decoding.value { try reader.skip(field) }
        }
        return hasRequired
    }
}

/// Writes fields that are set.
struct ProtobufFieldEncoding: RecordFieldVisitor {
    typealias Failure = Never

    var writer = ProtoWriter()

    @inline(__always)
    mutating func visit<Value: RecordFieldValue>(_ field: RecordField, _ value: inout Value) {
        if field.presence == .required || !value.isUnset { value.write(field.number, to: &writer) }
    }
}

/// Reads the value of one field.
struct ProtobufFieldDecoding: RecordFieldVisitor {
    let number: Int
    let value: ProtoValue
    /// Whether there is a field of that number.
    var isKnown = false

    mutating func visit<Value: RecordFieldValue>(_ field: RecordField, _ target: inout Value) throws(ProtoError) {
        guard field.number == number else { return }
        isKnown = true
        try target.merge(value)
    }
}

/// Writes the fields that a record of this kind has.
struct JSONFieldEncoding: RecordFieldVisitor {
    typealias Failure = Never

    let kind: ClusterChange.Kind?
    var writer: JSONWriter

    @inline(__always)
    mutating func visit<Value: RecordFieldValue>(_ field: RecordField, _ value: inout Value) {
        guard field.scope.includes(kind), field.presence != .ifSet || !value.isUnset else { return }
        value.write(field.name, to: &writer)
    }
}

/// Reads the fields that an object has.
struct JSONFieldDecoding: RecordFieldVisitor {
    let object: KeyedDecodingContainer<JSONFieldValue.Key>

    init(_ decoder: any Decoder) throws {
        object = try decoder.container(keyedBy: JSONFieldValue.Key.self)
    }

    mutating func visit<Value: RecordFieldValue>(_ field: RecordField, _ value: inout Value) throws(ProtoError) {
        do {
            if let read = try JSONFieldValue(object, field.name).flatMap({ try Value($0) }) {
                value = read
                return
            }
        } catch {
            throw .badValue
        }
        if field.presence == .required { throw .badValue }
    }
}
