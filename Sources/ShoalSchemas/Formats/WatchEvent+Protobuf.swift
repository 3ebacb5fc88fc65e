extension WatchEvent {
    /// Reads the Protobuf form.
    /// - Returns: whether there is an event time. A time of 0 is not written by proto3 unless it is forced.
    mutating func readProtobuf(_ span: Span<UInt8>) throws(Rejection) -> Bool {
        var hasTime = false
        // Copy the whole message once. Names and ids are ranges of it.
        let start = append(span, 0..<span.count).lowerBound
        do {
            var reader = ProtoReader(span)
            while let field = try reader.next() {
                switch (field.number, field.type) {
                case (1, .bytes): id = try text(reader.range(field), start, .id)
                case (2, .bytes): viewer = try text(reader.range(field), start, .viewer)
                case (3, .bytes): video = try text(reader.range(field), start, .video)
                case (4, .bytes):
                    let range = try reader.range(field)
                    try readTopic(span.extracting(range), start + range.lowerBound)
                case (5, .varint): watched = try reader.int64(field)
                case (6, .varint): duration = try reader.int64(field)
                case (7, .varint):
                    time = try reader.int64(field)
                    hasTime = true
                case (1...7, _): throw badField(Self.fields[field.number - 1])
                default: try reader.skip(field)
                }
            }
        } catch let rejection as Rejection {
            throw rejection
        } catch {
            throw .badProtobuf
        }
        return hasTime
    }

    /// The fields by their numbers, from 1.
    private static let fields: [Fault.Field] = [.id, .viewer, .video, .topics, .watched, .duration, .time]

    /// The error of a known field with another wire type than that of its declaration: the producer has another schema.
    private mutating func badField(_ field: Fault.Field) -> Rejection {
        place = field
        return .badField
    }

    private mutating func readTopic(_ span: Span<UInt8>, _ start: Int) throws {
        var name = 0..<0
        var weight: UInt32 = 1 << 16
        var reader = ProtoReader(span)
        while let field = try reader.next() {
            switch (field.number, field.type) {
            case (1, .bytes): name = try text(reader.range(field), start, .topicName)
            case (2, .fixed64): weight = try Self.weight(reader.double(field))
            case (1, _): throw badField(.topicName)
            case (2, _): throw badField(.topicWeight)
            default: try reader.skip(field)
            }
        }
        try add(name, weight: weight)
    }

    /// Converts a range of the message to a range of the text, in which the message's copy begins at `start`.
    private mutating func text(_ range: Range<Int>, _ start: Int, _ field: Fault.Field) throws(Rejection) -> Range<Int>
    {
        let copied = start + range.lowerBound..<start + range.upperBound
        guard isUTF8(copied) else {
            place = field
            throw .badUTF8
        }
        return copied
    }

    /// Returns ⌊w · 2¹⁶ + ½⌋. Exact, because scaling by a power of two and the floor are.
    static func weight(_ weight: Double) throws(Rejection) -> UInt32 {
        guard weight.isFinite, weight >= 0, weight < 65_536 else { throw .badWeight }
        let scaled = weight * 65_536
        let floor = scaled.rounded(.down)
        let rounded = scaled - floor >= 0.5 ? floor + 1 : floor
        return rounded >= 4_294_967_295 ? .max : UInt32(rounded)
    }

    /// Appends the Protobuf form.
    public func encode(into buffer: inout [UInt8]) {
        var writer = ProtoWriter()
        swap(&writer.bytes, &buffer)
        writer.field(1, bytes: text[id])
        writer.field(2, bytes: text[viewer])
        writer.field(3, bytes: text[video])
        for topic in topics {
            writer.message(4) { writer in
                writer.field(1, bytes: text[topic.name])
                if topic.weight != 1 << 16 { writer.present(2, double: Double(topic.weight) / 65_536) }
            }
        }
        writer.field(5, watched)
        writer.field(6, duration)
        writer.field(7, time)
        swap(&writer.bytes, &buffer)
    }
}
