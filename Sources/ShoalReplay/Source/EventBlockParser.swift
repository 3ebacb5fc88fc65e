internal import ShoalClustering
internal import ShoalKafka
internal import ShoalPipeline
internal import ShoalSchemas

/// Parses blocks of a file and distributes their events over partitions by viewer, like `shoal publish`.
struct EventBlockParser {
    private let key: PrivacyKey
    private var intake: Intake
    /// That of `intake`.
    private var format = EventFormat.json
    private let settings: Settings.Fixed
    private let partitions: Int32
    /// Set if epochs are given.
    private let epochLength: Int64?
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
        intake = Self.intake(key, settings, format)
        self.partitions = Int32(partitions)
        self.epochLength = epochLength
    }

    /// A file has no record keys, so the viewer is the field.
    private static func intake(_ key: PrivacyKey, _ settings: Settings.Fixed, _ format: EventFormat) -> Intake {
        var options = WatchEventReader.Options()
        options.format = .only(format)
        return Intake(key: key, options: options.with(settings))
    }

    mutating func parse(_ block: EventBlock) -> ParsedBlock {
        if block.format != format {
            format = block.format
            intake = Self.intake(key, settings, format)
        }
        let framing = block.format.framing
        let (epochLength, partitions, lastRoom) = (epochLength, partitions, room)
        func empty() -> [EventChunk] { (0..<partitions).map { _ in EventChunk(room: lastRoom) } }
        let place = PartitionOfViewer(partitioner: partitioner, partitions: partitions)
        var parsed = ParsedBlock(number: block.number)
        // Most blocks contain events of one or two epochs.
        var open: [Epoch?: [EventChunk]] = [:]
        var last: (epoch: Epoch?, chunks: [EventChunk]) = (nil, empty())
        func keep() {
            if last.chunks.contains(where: { !$0.isEmpty }) { open[last.epoch] = last.chunks }
        }
        var at = 0
        while let (start, end, next) = framing.record(block.bytes, at: at) {
            at = next
            parsed.records += 1
            if framing.isBlank(block.bytes, start, end) { continue }
            let reason = intake.decode(block.bytes.span.extracting(start..<end)) { intake in
                if let length = epochLength {
                    let epoch = intake.buffer.time / length
                    if last.epoch != epoch {
                        keep()
                        last = (epoch, open.removeValue(forKey: epoch) ?? empty())
                    }
                }
                let viewer = intake.viewerHash
                last.chunks[place.partition(intake.viewer)].append(intake.buffer, id: intake.id(viewer), viewer: viewer)
            }
            if let reason {
                let isLast = block.isCutOff && end == block.bytes.count
                if isLast, reason != .valueTooLarge { parsed.endsInTheMiddle = true }
                parsed.rejected[reason, default: 0] += 1
                if reason != .excluded, parsed.examples.count < 10 {
                    parsed.examples.append((parsed.records, intake.fault(reason)))
                }
            }
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
}

/// The partition of each viewer.
private struct PartitionOfViewer {
    let partitioner: Partitioner
    let partitions: Int32

    func partition(_ viewer: ArraySlice<UInt8>) -> Int {
        partitions == 1 ? 0 : Int(partitioner.partition(of: viewer.span, count: partitions) ?? 0)
    }
}
