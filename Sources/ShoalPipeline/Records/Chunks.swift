internal import ShoalClustering
internal import ShoalSchemas

/// Compresses and seals epoch deltas, models and headers of snapshots, and splits those that exceed a message into parts
/// *i* of *n* with a common number.
enum Chunks {
    struct Chunk {
        var index: Int64 = 0
        var count: Int64 = 0
        /// The size before compression.
        var size: Int64 = 0
        var data: [UInt8] = []
        /// What stands in clear, as a message; in the first part only.
        var clear: [UInt8] = []
        /// The raw value of `Compression`. Format 1 was not sealed, and 0 stands for it.
        var format: Int64 = 0

        /// Writes `ClosingPart`, `ModelPart` or `SnapshotPart`.
        /// - Parameter number: of the snapshot, whose parts have nothing in clear.
        func write(_ writer: inout ProtoWriter, number: Int64 = 0) {
            writer.field(1, index)
            writer.field(2, count)
            writer.field(3, size)
            writer.field(4, bytes: data)
            writer.field(5, bytes: clear)
            writer.field(5, number)
            writer.field(6, format)
        }

        /// Decodes `ClosingPart` or `ModelPart`, which have the same fields.
        mutating func read(_ reader: inout ProtoReader) throws(ProtoError) {
            format = 0
            while let field = try reader.next() { try read(field, &reader) }
            guard isSound else { throw .badValue }
        }

        mutating func read(_ field: ProtoReader.Field, _ reader: inout ProtoReader) throws(ProtoError) {
            switch field.number {
            case 1: index = try reader.int64(field)
            case 2: count = try reader.int64(field)
            case 3: size = try reader.int64(field)
            case 4: data = try reader.bytes(field)
            case 5: clear = try reader.bytes(field)
            case 6: format = try reader.int64(field)
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

    /// Returns the parts of a record.
    /// - Parameters:
    ///   - name: what tells the record from others of its partition.
    ///   - clear: a message that is not sealed. A change of it is noticed, too.
    ///   - largest: the maximum size of a part in bytes.
    static func seal(
        _ bytes: [UInt8], as name: String, clear: [UInt8] = [], _ compression: Compression = .newest,
        by sealer: RecordSealer,
        largest: Int
    ) -> [Chunk] {
        var sealed: [UInt8] = []
        let compressed = compression.compress(bytes)
        let associated = associated(name, clear, size: Int64(bytes.count), format: compression.rawValue)
        sealer.seal(associated, into: &sealed) { $0 += compressed }
        let starts = stride(from: 0, to: sealed.count, by: largest)
        let count = Int64((sealed.count - 1) / largest + 1)
        return starts.enumerated().map { index, start in
            Chunk(
                index: Int64(index), count: count, size: Int64(bytes.count),
                data: Array(sealed[start..<min(start + largest, sealed.count)]), clear: index == 0 ? clear : [],
                format: compression.rawValue)
        }
    }

    private static func associated(_ name: String, _ clear: [UInt8], size: Int64, format: Int64) -> [UInt8] {
        Array("\(format) \(size) \(name.utf8.count) \(name)".utf8) + clear
    }

    /// A record of which all parts have arrived.
    struct Whole {
        var size: Int64 = 0
        var data: [UInt8] = []
        var clear: [UInt8] = []
        var format: Int64 = 0

        /// Returns the content.
        /// - Parameter name: that with which it was sealed.
        /// - Throws: `ProtoError` if it has another format, was changed, or was sealed with another key.
        func opened(as name: String, by sealer: RecordSealer) throws(ProtoError) -> [UInt8] {
            try compressed(as: name, by: sealer).content()
        }

        /// Returns the content as it was before it was sealed.
        func compressed(as name: String, by sealer: RecordSealer) throws(ProtoError) -> CompressedContent {
            let compression = try compression()
            let bytes = try sealer.opened(data, Chunks.associated(name, clear, size: size, format: format))
            return CompressedContent(bytes: bytes, size: size, compression: compression)
        }

        /// Whether it is of the first format.
        var isUnsealed: Bool { format < Compression.zlib.rawValue }

        /// - Throws: `ProtoError` if this program does not have the format.
        func compression() throws(ProtoError) -> Compression {
            if let compression = Compression(rawValue: format) { return compression }
            let earlier = "format \(max(format, 1)) of an earlier version of Shoal, which did not seal its records"
            throw .outOfRange(
                "it has " + (isUnsealed ? earlier : "format \(format) of a later version of Shoal"))
        }
    }

    /// The parts of one number that have arrived, in order.
    struct Assembly {
        let number: Int64
        let firstOffset: Int64
        private var next: Int64 = 0
        private var count: Int64 = 0
        private var whole = Whole()

        init(number: Int64, firstOffset: Int64) {
            self.number = number
            self.firstOffset = firstOffset
        }

        /// Adds a part.
        /// - Returns: the whole when it was the last one.
        /// - Throws: `outOfRange` if a part is missing, does not belong to the others, or brings too many bytes.
        mutating func add(_ part: Chunk) throws(ProtoError) -> Whole? {
            if next == 0 {
                count = part.count
                (whole.size, whole.clear, whole.format) = (part.size, part.clear, part.format)
            }
            guard part.index == next, part.count == count, part.size == whole.size else {
                throw .outOfRange(
                    "part \(part.index) of \(part.count) with \(part.size) bytes follows \(next) of \(count) with "
                        + "\(whole.size)"
                )
            }
            guard Int64(whole.data.count + part.data.count) <= Compression.largest else {
                throw .outOfRange("the parts have more than \(Compression.largest) bytes")
            }
            next += 1
            whole.data += part.data
            return next == count ? whole : nil
        }
    }
}

/// Assembles the parts of epoch deltas for each partition.
struct EpochDeltaAssembler {
    private var open: [Int32: Chunks.Assembly] = [:]
    /// How many the input has.
    private let partitions: Int
    private let sealer: RecordSealer?

    /// - Parameter sealer: of the delta topic; nil: only the epochs of epoch deltas are read.
    init(partitions: Int, sealer: RecordSealer?) {
        self.partitions = partitions
        self.sealer = sealer
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
        let delta = try DeltaRecord.epochDelta(whole, partition: partition, number: number, by: sealer)
        return (.epochDelta(delta), assembly.firstOffset)
    }
}
