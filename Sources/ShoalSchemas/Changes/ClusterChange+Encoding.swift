import Foundation

extension ClusterChange: RecordFields {
    /// Appends the Protobuf form.
    public func encode(into buffer: inout [UInt8]) {
        appendProtobuf(to: &buffer)
    }

    /// Decodes the Protobuf form. An unknown kind or reason is an error (`badValue`).
    public init(protobuf span: Span<UInt8>) throws(ProtoError) {
        self.init(id: 0, kind: .memberJoined)
        guard try read(protobuf: span, required: Self.kindNumber) else { throw .badValue }
    }

    /// Appends the JSON form: the schema's field names, with kinds and reasons as lower-case words.
    public func encodeJSON(into buffer: inout [UInt8]) {
        appendJSON(to: &buffer, kind: kind)
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

/// The JSON form for `JSONDecoder`.
private struct JSONForm: Decodable {
    var change = ClusterChange(id: 0, kind: .memberJoined)

    init(from decoder: any Decoder) throws {
        var decoding = try JSONFieldDecoding(decoder)
        try change.visitFields(with: &decoding)
    }
}
