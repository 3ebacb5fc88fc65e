import Foundation

extension ClusterChange {
    /// Appends the JSON form: the schema's field names, with kinds and reasons as lower-case words.
    public func encodeJSON(into buffer: inout [UInt8]) {
        var encoding = JSONEncoding(kind: kind, writer: JSONWriter(buffer))
        var change = self
        change.visitFields(with: &encoding)
        encoding.writer.end()
        buffer = encoding.writer.bytes
    }

    /// Decodes either form. A value that begins with `{` is JSON.
    /// - Throws: `ProtoError` if the bytes are neither.
    public init(_ bytes: [UInt8]) throws(ProtoError) {
        guard bytes.first == UInt8(ascii: "{") else {
            try self.init(protobuf: bytes.span)
            return
        }
        guard let form = try? JSONDecoder().decode(JSONForm.self, from: Data(bytes)) else { throw .badValue }
        self = form.change
    }
}

/// Writes the fields that a change of this kind has.
private struct JSONEncoding: ClusterChangeFieldVisitor {
    typealias Failure = Never

    let kind: ClusterChange.Kind
    var writer: JSONWriter

    @inline(__always)
    mutating func visit<Value: ClusterChangeValue>(_ field: ClusterChange.Field, _ value: inout Value) {
        guard field.scope.includes(kind), field.presence != .ifSet || !value.isUnset else { return }
        value.write(field.name, to: &writer)
    }
}

/// The JSON form for `JSONDecoder`.
private struct JSONForm: Decodable {
    var change = ClusterChange(id: 0, kind: .memberJoined)

    init(from decoder: any Decoder) throws {
        var decoding = JSONDecoding(object: try decoder.container(keyedBy: JSONFieldValue.Key.self))
        try change.visitFields(with: &decoding)
    }
}

/// Reads the fields that an object has.
private struct JSONDecoding: ClusterChangeFieldVisitor {
    let object: KeyedDecodingContainer<JSONFieldValue.Key>

    mutating func visit<Value: ClusterChangeValue>(
        _ field: ClusterChange.Field, _ value: inout Value
    ) throws(ProtoError) {
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
