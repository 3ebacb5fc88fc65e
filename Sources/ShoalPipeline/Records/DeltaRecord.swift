internal import ShoalClustering
internal import ShoalSchemas

/// Encodes and decodes `shoal.v1.Word`: the records of the delta topic.
enum DeltaRecord {
    /// Returns the values of a delta's records: compressed, sealed, in parts.
    static func encode(
        _ closing: EpochDelta, _ compression: Compression = .newest, by sealer: RecordSealer,
        largestChunk: Int = Chunks.largest
    ) -> [[UInt8]] {
        var writer = ProtoWriter()
        write(closing, &writer)
        var epochs = ProtoWriter()
        writeEpochs(closing, &epochs)
        let parts = Chunks.seal(
            writer.bytes, as: name(closing.partition, closing.number), clear: epochs.bytes, compression, by: sealer,
            largest: largestChunk)
        return parts.map { part in
            var record = ProtoWriter()
            record.field(1, closing.partition)
            record.field(2, closing.number)
            record.message(3) { part.write(&$0) }
            return record.bytes
        }
    }

    private static func name(_ partition: Int32, _ number: Int64) -> String { "\(partition) \(number)" }

    static func encode(caughtUp isCaughtUp: Bool, partition: Int32, number: Int64) -> [UInt8] {
        var record = ProtoWriter()
        record.field(1, partition)
        record.field(2, number)
        record.message(isCaughtUp ? 4 : 5) { _ in }
        return record.bytes
    }

    /// A decoded record: a complete message, or a part of a delta.
    enum Content {
        case word(DeltaMessage)
        case part(partition: Int32, number: Int64, Chunks.Chunk)
    }

    static func decode(_ value: Span<UInt8>) throws(ProtoError) -> Content {
        var reader = ProtoReader(value)
        var partition: Int32 = 0
        var number: Int64 = 0
        var part: Chunks.Chunk?
        var isCaughtUp: Bool?
        while let field = try reader.next() {
            switch field.number {
            case 1: partition = try reader.int32(field)
            case 2: number = try reader.int64(field)
            case 3:
                var found = Chunks.Chunk()
                try reader.message(field) { reader throws(ProtoError) in try found.read(&reader) }
                part = found
            case 4, 5:
                isCaughtUp = field.number == 4
                try reader.skip(field)
            default: try reader.skip(field)
            }
        }
        if let part { return .part(partition: partition, number: number, part) }
        guard let isCaughtUp else { throw .badValue }
        return .word(
            isCaughtUp
                ? .caughtUp(partition: partition, number: number) : .behind(partition: partition, number: number))
    }

    // MARK: - shoal.v1.Closing

    /// Writes the epochs that it closes, which stand in clear, too.
    private static func writeEpochs(_ closing: EpochDelta, _ writer: inout ProtoWriter) {
        if let from = closing.from { writer.present(1, from) }
        writer.field(2, closing.through)
    }

    static func write(_ closing: EpochDelta, _ writer: inout ProtoWriter) {
        writeEpochs(closing, &writer)
        for delta in closing.clusters {
            writer.message(3) { writer in
                writer.field(1, delta.cluster)
                writer.field(2, zigzag: delta.count)
                writer.packed(3, delta.sums.lazy.map(\.topic))
                writer.packed(4, zigzag: delta.sums.lazy.map(\.value))
                for sample in delta.samples {
                    writer.message(5) { writer in
                        writer.present(1, fixed64: sample.order)
                        writer.packed(2, sample.direction.lazy.map(\.topic))
                        writer.packed(3, sample.direction.lazy.map(\.value))
                    }
                }
                writer.field(6, delta.sampled)
                PublishedCounts.write(delta.published, &writer, first: 7)
            }
        }
        for sighting in closing.candidates {
            writer.message(4) { writer in
                writer.present(1, bytes: Bytes16(sighting.candidate))
                writer.packed(2, fixed32: sighting.marks)
            }
        }
        for naming in closing.namings {
            writer.message(5) { writer in
                writer.present(1, bytes: Bytes16(naming.candidate))
                writer.field(2, bytes: naming.name)
            }
        }
        for sums in closing.categories { writer.message(6) { write(sums, &$0) } }
    }

    /// Writes `shoal.v1.CategorySums`.
    static func write(_ sums: CategorySums, _ writer: inout ProtoWriter) {
        if !sums.category.isEmpty { writer.field(1, bytes: sums.category) }
        writer.field(2, sums.viewers)
        writer.packed(3, sums.shares.lazy.map(\.topic))
        writer.packed(4, sums.shares.lazy.map(\.value))
    }

    static func categorySums(_ reader: inout ProtoReader) throws(ProtoError) -> CategorySums {
        var sums = CategorySums(category: [], viewers: 0, shares: [])
        var (topics, values): ([TopicNumber], [Int64]) = ([], [])
        while let field = try reader.next() {
            switch field.number {
            case 1: sums.category = try reader.bytes(field)
            case 2: sums.viewers = try reader.int64(field)
            case 3: try reader.topics(field, into: &topics)
            case 4: try reader.sums(field, into: &values) { Int64(bitPattern: $0) }
            default: try reader.skip(field)
            }
        }
        guard topics.count == values.count else { throw .badValue }
        sums.shares = zip(topics, values).map { SumEntry(topic: $0, value: $1) }
        return sums
    }

    /// Opens, decodes and validates a closing of the delta topic.
    /// - Parameter sealer: nil: it has only what stands in clear.
    static func epochDelta(
        _ whole: Chunks.Whole, partition: Int32, number: Int64, by sealer: RecordSealer?
    ) throws(ProtoError) -> EpochDelta {
        guard let sealer else { return try epochDelta(whole.clear, partition: partition, number: number) }
        let bytes = try whole.opened(as: name(partition, number), by: sealer)
        return try epochDelta(bytes, partition: partition, number: number)
    }

    /// Decodes and validates the fields of a closing.
    static func epochDelta(_ bytes: [UInt8], partition: Int32, number: Int64) throws(ProtoError) -> EpochDelta {
        let closing = try fields(bytes, partition: partition, number: number)
        try ProtoError.validate(closing.validate)
        return closing
    }

    /// Decodes the fields of a closing. Its header's validation is that of a snapshot's open delta.
    static func fields(_ bytes: [UInt8], partition: Int32, number: Int64) throws(ProtoError) -> EpochDelta {
        var closing = EpochDelta(partition: partition, number: number, from: nil, through: 0)
        var reader = ProtoReader(bytes.span)
        while let field = try reader.next() {
            switch field.number {
            case 1: closing.from = try reader.int64(field)
            case 2: closing.through = try reader.int64(field)
            case 3:
                try reader.message(field) { reader throws(ProtoError) in closing.clusters.append(try delta(&reader)) }
            case 4:
                try reader.message(field) { reader throws(ProtoError) in
                    var sighting = CandidateSighting(candidate: 0, marks: [])
                    while let field = try reader.next() {
                        switch field.number {
                        case 1: sighting.candidate = try Bytes16.read(reader.bytes(field))
                        case 2: try reader.repeatedFixed32(field) { sighting.marks.append($0) }
                        default: try reader.skip(field)
                        }
                    }
                    closing.candidates.append(sighting)
                }
            case 5:
                try reader.message(field) { reader throws(ProtoError) in
                    var naming = TopicNaming(candidate: 0, name: [])
                    while let field = try reader.next() {
                        switch field.number {
                        case 1: naming.candidate = try Bytes16.read(reader.bytes(field))
                        case 2: naming.name = try reader.bytes(field)
                        default: try reader.skip(field)
                        }
                    }
                    closing.namings.append(naming)
                }
            case 6:
                try reader.message(field) { reader throws(ProtoError) in
                    closing.categories.append(try categorySums(&reader))
                }
            default: try reader.skip(field)
            }
        }
        return closing
    }

    private static func delta(_ reader: inout ProtoReader) throws(ProtoError) -> ClusterDelta {
        var delta = ClusterDelta(cluster: 0)
        var topics: [TopicNumber] = []
        var sums: [Int64] = []
        var published = PublishedCounts()
        var direction = DirectionFields()
        while let field = try reader.next() {
            switch field.number {
            case 1: delta.cluster = try reader.uint32(field)
            case 2: delta.count = try reader.zigzag(field)
            case 3: try reader.topics(field, into: &topics)
            case 4: try reader.sums(field, into: &sums) { ProtoReader.unzigzag($0) }
            case 5:
                try reader.message(field) { reader throws(ProtoError) in
                    var sample = Sample(order: 0, direction: [])
                    direction.removeAll()
                    while let field = try reader.next() {
                        switch field.number {
                        case 1: sample.order = try reader.fixed64(field)
                        case 2: try reader.topics(field, into: &direction.topics)
                        case 3: try reader.components(field, into: &direction.values)
                        default: try reader.skip(field)
                        }
                    }
                    sample.direction = try direction.components()
                    delta.samples.append(sample)
                }
            case 6: delta.sampled = try reader.int64(field)
            case 7: try published.readClusters(field, &reader)
            case 8: try published.readCounts(field, &reader)
            case 9: try published.readCounting(field, &reader)
            default: try reader.skip(field)
            }
        }
        guard topics.count == sums.count else { throw .badValue }
        delta.sums = zip(topics, sums).map { SumEntry(topic: $0, value: $1) }
        delta.published = try published.entries()
        return delta
    }
}

/// The topics and values of a direction as two parallel fields.
struct DirectionFields {
    var topics: [TopicNumber] = []
    var values: [UInt16] = []

    mutating func removeAll() {
        topics.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
    }

    func components() throws(ProtoError) -> [Component] {
        guard topics.count == values.count else { throw .badValue }
        return topics.indices.map { Component(topic: topics[$0], value: values[$0]) }
    }
}
