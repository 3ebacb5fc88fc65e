import Foundation

extension Membership {
    /// Appends the Protobuf form.
    public func encode(into buffer: inout [UInt8]) {
        var writer = ProtoWriter()
        swap(&writer.bytes, &buffer)
        writer.field(1, cluster)
        if let modelVersion { writer.present(4, modelVersion) }
        swap(&writer.bytes, &buffer)
    }

    public init(protobuf span: Span<UInt8>) throws(ProtoError) {
        self.init(cluster: 0, modelVersion: nil)
        var reader = ProtoReader(span)
        while let field = try reader.next() {
            switch field.number {
            case 1: cluster = try reader.uint32(field)
            case 4: modelVersion = try reader.int64(field)
            default: try reader.skip(field)
            }
        }
    }
}

extension Membership {
    /// Appends the JSON form.
    public func encodeJSON(into buffer: inout [UInt8]) {
        var writer = JSONWriter(buffer)
        writer.field("cluster", Int64(cluster))
        if let modelVersion { writer.field("model_version", modelVersion) }
        writer.end()
        buffer = writer.bytes
    }
}

extension Membership {
    /// Decodes either form. A value that begins with `{` is JSON.
    /// - Throws: `ProtoError` if the bytes are neither.
    public init(_ bytes: [UInt8]) throws(ProtoError) {
        guard bytes.first == UInt8(ascii: "{") else {
            try self.init(protobuf: bytes.span)
            return
        }
        guard let form = try? JSONDecoder().decode(Form.self, from: Data(bytes)) else { throw .badValue }
        self.init(cluster: form.cluster, modelVersion: form.modelVersion?.value)
    }

    /// The JSON form for `JSONDecoder`.
    private struct Form: Decodable {
        var cluster: UInt32
        var modelVersion: JSONInteger?

        /// The field names of the schema.
        private enum CodingKeys: String, CodingKey {
            case cluster
            case modelVersion = "model_version"
        }
    }
}
