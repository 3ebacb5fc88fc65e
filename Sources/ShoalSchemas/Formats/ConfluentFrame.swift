/// The frame that producers with a Confluent schema registry put before a value: magic byte 0, a schema id of 4 bytes
/// and, for Protobuf, the message indexes. These are their count and values as zigzag varints; a single 0 means the
/// first message.
enum ConfluentFrame {
    /// Returns the start of the payload.
    /// - Parameter value: begins with a zero.
    static func end(_ value: Span<UInt8>) throws(Rejection) -> Int {
        guard value.count >= 6 else { throw .badFrame }
        let payload = value.extracting(5..<value.count)
        for decoder in EventDecoder.all where decoder.isText && decoder.begins(payload) {
            return 5 + payload.firstOfText
        }
        var reader = ProtoReader(payload)
        do {
            let count = ProtoReader.unzigzag(try reader.varint())
            guard count >= 0, count <= 16 else { throw Rejection.badFrame }
            for _ in 0..<count { _ = try reader.varint() }
        } catch {
            throw .badFrame
        }
        return 5 + reader.offset
    }
}
