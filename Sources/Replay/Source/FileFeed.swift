internal import Clustering
internal import Pipeline
internal import Schemas

/// Deals the events of one file out to the partitions, in the order of the file. Several tasks may read its pieces; who asks
/// for events waits for them. What memory should not hold, as where one partition's events come long after the
/// others', goes to a temporary file.
actor FileFeed {
    private let reader: BlockReader
    private var queues: [EventQueue]
    private var spill: SpillFile?
    /// No viewer's own bytes go to a file.
    private var intake: Intake
    /// Pieces that were read before their turn.
    private var early: [Int: ParsedBlock] = [:]
    private var delivered = 0
    private var handedOut = 0
    private var isRead = false
    private var isStopped = false
    private var hungry: [Int: CheckedContinuation<Void, Never>] = [:]
    private var idle: [CheckedContinuation<Void, Never>] = []
    private var records = 0
    private(set) var rejected: [Rejection: Int64] = [:]
    /// Where the first records that are no events stood, and why they are none.
    private(set) var examples: [String] = []

    /// Bytes in queues above which nothing more is read while nobody waits for events, and above which they go to a file.
    private let enough = 16 << 20
    private let tooMuch = 256 << 20
    private let waits: ReplayProgress

    /// - Parameter waits: names what is waited for.
    init(_ reader: sending BlockReader, partitions: Int, key: PrivacyKey, waits: ReplayProgress) {
        self.reader = reader
        self.waits = waits
        queues = Array(repeating: EventQueue(), count: partitions)
        intake = Intake(key: key, options: WatchEventReader.Options())
    }

    /// How much of the file has been read, 0 … 1; nil where nobody knows.
    var progress: Double? { reader.progress }

    // MARK: - For those who read

    /// The next piece to be read, when there is room for it; nil at the end.
    func nextBlock() async throws -> BlockReader.Block? {
        while !isRead, !isStopped {
            if size < enough || !hungry.isEmpty {
                let number = waits.begin("\(reader.path) is read", isForeign: reader.path == "-")
                defer { waits.end(number) }
                if let block = try reader.next() {
                    handedOut += 1
                    return block
                }
                isRead = true
                wakeAll()
            } else {
                await waits.waiting("\(reader.path) is read on when there is room for its events") {
                    await withCheckedContinuation { idle.append($0) }
                }
            }
        }
        return nil
    }

    /// Takes what came of a piece.
    func deliver(_ block: ParsedBlock) throws {
        early[block.number] = block
        while let block = early.removeValue(forKey: delivered) {
            delivered += 1
            try take(block)
            for piece in block.pieces {
                try queues[piece.partition].append(piece.chunk, spills: size > tooMuch, write: write)
                hungry.removeValue(forKey: piece.partition)?.resume()
            }
        }
        if isFinished { wakeAll() }
    }

    private func take(_ block: ParsedBlock) throws {
        for (reason, count) in block.rejected { rejected[reason, default: 0] += count }
        for example in block.examples where examples.count < 10 {
            examples.append("\(reader.path):\(records + example.record): no watch event: \(example.fault.text)")
        }
        records += block.records
        if block.endsInTheMiddle {
            throw ReplayError(
                .input, "\(reader.path):\(records): the file ends in the middle of a line: is it still being written?")
        }
    }

    // MARK: - For those who handle

    /// The next events of a partition; nil at the end.
    func next(_ partition: Int) async throws -> EventChunk? {
        while !isStopped {
            if let chunk = try queues[partition].popFirst(from: spillFile) {
                if size < enough { wakeIdle() }
                return chunk
            }
            if isFinished { return nil }
            await waits.waiting("partition \(partition) waits for events of \(reader.path)") {
                await withCheckedContinuation {
                    hungry[partition] = $0
                    wakeIdle()
                }
            }
        }
        return nil
    }

    /// Nobody gets anything any more.
    func stop() {
        isStopped = true
        wakeAll()
    }

    private var isFinished: Bool { isRead && delivered == handedOut }
    private var size: Int { queues.reduce(0) { $0 + $1.size } }

    private func write(_ chunk: EventChunk) throws -> SpillFile.Extent {
        var chunk = chunk
        chunk.identify(&intake)
        return try spillFile().append(chunk.bytes)
    }

    private func spillFile() throws -> SpillFile {
        if let spill { return spill }
        let made = try SpillFile()
        spill = made
        return made
    }

    private func wakeIdle() {
        for continuation in idle { continuation.resume() }
        idle = []
    }

    private func wakeAll() {
        wakeIdle()
        for continuation in hungry.values { continuation.resume() }
        hungry = [:]
    }
}
