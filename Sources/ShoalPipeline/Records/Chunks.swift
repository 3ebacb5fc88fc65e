internal import ShoalClustering
internal import ShoalSchemas

/// Splits epoch deltas and models that exceed a message into compressed parts *i* of *n* with a common number.
enum Chunks {
    struct Chunk {
        var index: Int64 = 0
        var count: Int64 = 0
        /// The size before compression.
        var size: Int64 = 0
        var data: [UInt8] = []

        /// Decodes `ClosingPart` or `ModelPart`, which have the same fields.
        mutating func read(_ reader: inout ProtoReader) throws(ProtoError) {
            while let field = try reader.next() { try read(field, &reader) }
            guard isSound else { throw .badValue }
        }

        mutating func read(_ field: ProtoReader.Field, _ reader: inout ProtoReader) throws(ProtoError) {
            switch field.number {
            case 1: index = try reader.int64(field)
            case 2: count = try reader.int64(field)
            case 3: size = try reader.int64(field)
            case 4: data = try reader.bytes(field)
            default: try reader.skip(field)
            }
        }

        var isSound: Bool {
            count > 0 && count < Chunks.most && index >= 0 && index < count && (0...Compression.largest).contains(size)
        }
    }

    /// The maximum size of a part, well below a broker's maximum message size.
    static let largest = 512 << 10
    /// Above the number of parts.
    static let most: Int64 = 1 << 20

    static func split(_ bytes: [UInt8], largest size: Int) -> [[UInt8]] {
        let deflated = Compression.deflate(bytes)
        return stride(from: 0, to: max(deflated.count, 1), by: size).map {
            Array(deflated[min($0, deflated.count)..<min($0 + size, deflated.count)])
        }
    }

    /// The parts of one number that have arrived, in order.
    struct Assembly {
        let number: Int64
        let firstOffset: Int64
        private var next: Int64 = 0
        private var count: Int64 = 0
        private var size: Int64 = 0
        private var data: [UInt8] = []

        init(number: Int64, firstOffset: Int64) {
            self.number = number
            self.firstOffset = firstOffset
        }

        /// Adds a part.
        /// - Returns: the whole, deflated, when it was the last one.
        /// - Throws: `outOfRange` if a part is missing, does not belong to the others, or brings too many bytes.
        mutating func add(_ part: Chunk) throws(ProtoError) -> (bytes: [UInt8], size: Int64)? {
            if next == 0 { (count, size) = (part.count, part.size) }
            guard part.index == next, part.count == count, part.size == size else {
                throw .outOfRange(
                    "part \(part.index) of \(part.count) with \(part.size) bytes follows \(next) of \(count) with "
                        + "\(size)"
                )
            }
            guard Int64(data.count + part.data.count) <= Compression.largest else {
                throw .outOfRange("the parts have more than \(Compression.largest) bytes")
            }
            next += 1
            data += part.data
            return next == count ? (data, size) : nil
        }
    }
}

/// Assembles the parts of epoch deltas for each partition.
struct EpochDeltaAssembler {
    private var open: [Int32: Chunks.Assembly] = [:]
    /// How many the input has.
    private let partitions: Int

    init(partitions: Int) {
        self.partitions = partitions
    }

    /// The first offset of an incomplete delta; `nil` for none.
    var oldestOffset: Int64? { open.values.map(\.firstOffset).min() }

    /// Takes a piece of the delta topic.
    /// - Returns: the word that is whole now, and the offset of its first record.
    /// - Throws: `ProtoError` if it is damaged, or of a partition that does not exist.
    mutating func add(
        _ piece: DeltaRecord.Content, offset: Int64
    ) throws(ProtoError) -> (word: ShoalClustering.DeltaMessage, firstOffset: Int64)? {
        guard case .part(let partition, let number, let part) = piece else {
            guard case .word(let word) = piece else { return nil }
            return (word, offset)
        }
        guard partition >= 0, Int(partition) < partitions else {
            throw .outOfRange("an epoch delta of partition \(partition), but there are \(partitions)")
        }
        if part.index == 0 { open[partition] = Chunks.Assembly(number: number, firstOffset: offset) }
        // A delta whose first parts were not read is not needed. If it were, its sequence number would show the gap.
        guard var assembly = open[partition] else { return nil }
        guard assembly.number == number else { throw .badValue }
        guard let whole = try assembly.add(part) else {
            open[partition] = assembly
            return nil
        }
        open[partition] = nil
        guard let bytes = Compression.inflate(whole.bytes, size: Int(whole.size)) else { throw .badValue }
        return (
            .epochDelta(try DeltaRecord.epochDelta(bytes, partition: partition, number: number)), assembly.firstOffset
        )
    }
}
