import Foundation

extension ClusterDescription: ClusterRecord {
    /// Appends the Protobuf form.
    public func encode(into buffer: inout [UInt8]) {
        appendProtobuf(to: &buffer)
    }

    /// Decodes the Protobuf form. An unknown state is an error (`badValue`).
    public init(protobuf span: Span<UInt8>) throws(ProtoError) {
        self.init(cluster: 0)
        guard try read(protobuf: span, required: Self.clusterNumber) else { throw .badValue }
    }

    /// Appends the JSON form: the schema's field names, with the state as a lower-case word.
    public func encodeJSON(into buffer: inout [UInt8]) {
        appendJSON(to: &buffer)
    }

    /// Decodes either form. A value that begins with `{` is JSON.
    /// - Throws: `ProtoError` if the bytes are neither.
    public init(_ bytes: [UInt8]) throws(ProtoError) {
        guard bytes.first == UInt8(ascii: "{") else {
            try self.init(protobuf: bytes.span)
            return
        }
        guard let form = try? JSONDecoder().decode(JSONForm.self, from: Data(bytes)) else { throw .badValue }
        self = form.description
    }
}

/// The JSON form for `JSONDecoder`.
private struct JSONForm: Decodable {
    var description = ClusterDescription(cluster: 0)

    init(from decoder: any Decoder) throws {
        var decoding = try JSONFieldDecoding(decoder)
        try description.visitFields(with: &decoding)
    }
}
