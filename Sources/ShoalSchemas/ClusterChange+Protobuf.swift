extension ClusterChange {
    /// Appends the Protobuf form.
    public func encode(into buffer: inout [UInt8]) {
        var writer = ProtoWriter()
        swap(&writer.bytes, &buffer)
        writer.present(1, bytes: Bytes16(id))
        writer.field(2, kind.rawValue)
        if let member { writer.present(3, bytes: Bytes16(member)) }
        writer.field(4, cluster)
        writer.field(5, from)
        writer.field(6, to)
        writer.field(7, why?.rawValue ?? 0)
        writer.field(8, similarity)
        if let modelVersion { writer.present(9, modelVersion) }
        if let eventTime { writer.present(10, eventTime) }
        if let inputPartition { writer.present(11, inputPartition) }
        if let inputOffset { writer.present(12, inputOffset) }
        writer.field(13, otherCluster)
        writer.field(14, members)
        for topic in leadingTopics { writer.present(15, bytes: topic.utf8) }
        for topic in formerTopics { writer.present(16, bytes: topic.utf8) }
        writer.field(17, cohesion)
        for topic in branchTopics { writer.present(18, bytes: topic.utf8) }
        writer.packed(19, branchClusters)
        swap(&writer.bytes, &buffer)
    }

    /// Decodes the Protobuf form. An unknown kind or reason is an error (`badValue`).
    public init(protobuf span: Span<UInt8>) throws(ProtoError) {
        var reader = ProtoReader(span)
        var change = ClusterChange(id: 0, kind: .memberJoined)
        var kind: Kind?
        while let field = try reader.next() {
            switch field.number {
            case 1: change.id = try Bytes16.read(reader.bytes(field))
            case 2: kind = try Self.known(Kind(rawValue: UInt8(clamping: reader.uint64(field))))
            case 3: change.member = try Bytes16.read(reader.bytes(field))
            case 4: change.cluster = try reader.uint32(field)
            case 5: change.from = try reader.uint32(field)
            case 6: change.to = try reader.uint32(field)
            case 7: change.why = try Self.known(Reason(rawValue: UInt8(clamping: reader.uint64(field))))
            case 8: change.similarity = try reader.uint32(field)
            case 9: change.modelVersion = try reader.int64(field)
            case 10: change.eventTime = try reader.int64(field)
            case 11: change.inputPartition = try reader.int32(field)
            case 12: change.inputOffset = try reader.int64(field)
            case 13: change.otherCluster = try reader.uint32(field)
            case 14: change.members = try reader.int64(field)
            case 15: change.leadingTopics.append(String(decoding: try reader.bytes(field), as: UTF8.self))
            case 16: change.formerTopics.append(String(decoding: try reader.bytes(field), as: UTF8.self))
            case 17: change.cohesion = try reader.uint32(field)
            case 18: change.branchTopics.append(String(decoding: try reader.bytes(field), as: UTF8.self))
            case 19: try reader.repeated(field) { change.branchClusters.append(UInt32(truncatingIfNeeded: $0)) }
            default: try reader.skip(field)
            }
        }
        change.kind = try Self.known(kind)
        self = change
    }

    private static func known<T>(_ value: T?) throws(ProtoError) -> T {
        guard let value else { throw .badValue }
        return value
    }
}
