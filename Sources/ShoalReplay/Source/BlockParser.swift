internal import ShoalClustering
internal import ShoalKafka
internal import ShoalPipeline
internal import ShoalSchemas

/// Events of one partition and, with given epochs, of one epoch.
struct PartitionEvents: Sendable {
    var epoch: Epoch?
    var partition: Int
    var chunk: EventChunk
}

/// The result of parsing a block of a file.
struct ParsedBlock: Sendable {
    var number: Int
    var pieces: [PartitionEvents] = []
    /// The number of lines or messages.
    var records = 0
    /// Invalid records by reason, and the first ones' numbers, from 1 within the block.
    var rejected: [Rejection: Int64] = [:]
    var examples: [(record: Int, fault: Fault)] = []
    /// Whether the last line is incomplete and not a valid watch event.
    var endsInTheMiddle = false
}

/// Parses blocks of a file and distributes their events over partitions by viewer, like `shoal publish`.
struct BlockParser {
    private let key: PrivacyKey
    private var intake: Intake
    private var readsProtobuf = false
    private let settings: Settings.Fixed
    private let partitions: Int32
    /// Set if epochs are given.
    private let epochLength: Int64?
    private let isOfOnePartition: Bool
    private let partitioner: Partitioner
    /// The size of the last chunk.
    private var room = EventChunk.Room()

    /// - Parameter partitioner: The one used by `shoal publish`.
    init(
        key: PrivacyKey, settings: Settings.Fixed, partitions: Int, partitioner: Partitioner, epochLength: Int64?
    ) {
        self.partitioner = partitioner
        self.key = key
        self.settings = settings
        intake = Self.intake(key, settings, isProtobuf: false)
        self.partitions = Int32(partitions)
        self.epochLength = epochLength
        isOfOnePartition = partitions == 1
    }

    /// A file has no record keys, so the viewer is the field.
    private static func intake(_ key: PrivacyKey, _ settings: Settings.Fixed, isProtobuf: Bool) -> Intake {
        var options = WatchEventReader.Options()
        options.format = isProtobuf ? .protobuf : .json
        return Intake(key: key, options: options.with(settings))
    }

    mutating func parse(_ block: BlockReader.Block) -> ParsedBlock {
        if block.isProtobuf != readsProtobuf {
            intake = Self.intake(key, settings, isProtobuf: block.isProtobuf)
            readsProtobuf = block.isProtobuf
        }
        var parsed = ParsedBlock(number: block.number)
        // Most blocks contain events of one or two epochs.
        var open: [Epoch?: [EventChunk]] = [:]
        var last: (epoch: Epoch?, chunks: [EventChunk]) = (nil, empty)
        func keep() {
            if last.chunks.contains(where: { !$0.isEmpty }) { open[last.epoch] = last.chunks }
        }
        var place = 0
        while let (start, end, next) = Self.record(block, at: place) {
            place = next
            parsed.records += 1
            if !block.isProtobuf, Self.isBlank(block.bytes, start, end) { continue }
            if let reason = intake.decode(block.bytes.span.extracting(start..<end)) {
                let isLast = block.isCutOff && end == block.bytes.count
                if isLast, reason != .valueTooLarge { parsed.endsInTheMiddle = true }
                parsed.rejected[reason, default: 0] += 1
                if parsed.examples.count < 10 { parsed.examples.append((parsed.records, intake.fault(reason))) }
                continue
            }
            if let length = epochLength {
                let epoch = intake.buffer.time / length
                if last.epoch != epoch {
                    keep()
                    last = (epoch, open.removeValue(forKey: epoch) ?? empty)
                }
            }
            let viewer = intake.viewerHash
            last.chunks[partition].append(intake.buffer, id: intake.id(viewer), viewer: viewer)
        }
        keep()
        for (epoch, chunks) in open.sorted(by: { ($0.key ?? 0) < ($1.key ?? 0) }) {
            for (partition, var chunk) in chunks.enumerated() where !chunk.isEmpty {
                if epochLength == nil { room = chunk.room } else { chunk.identify(&intake) }
                parsed.pieces.append(PartitionEvents(epoch: epoch, partition: partition, chunk: chunk))
            }
        }
        return parsed
    }

    private var empty: [EventChunk] { (0..<partitions).map { _ in EventChunk(room: room) } }

    private var partition: Int {
        isOfOnePartition ? 0 : Int(partitioner.partition(of: intake.viewer.span, count: partitions) ?? 0)
    }

    /// Returns the bounds of the record at a place and the start of the next one, or `nil` at the end of the block.
    private static func record(_ block: BlockReader.Block, at place: Int) -> (start: Int, end: Int, next: Int)? {
        guard place < block.bytes.count else { return nil }
        if block.isProtobuf {
            guard let (length, start) = BlockReader.length(block.bytes, at: place) else { return nil }
            return (start, start + length, start + length)
        }
        let end = block.bytes[place...].firstIndex(of: UInt8(ascii: "\n")) ?? block.bytes.count
        return (place, end, end + 1)
    }

    private static func isBlank(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Bool {
        for index in start..<end where bytes[index] != 0x20 && bytes[index] != 0x09 && bytes[index] != 0x0D {
            return false
        }
        return true
    }
}
