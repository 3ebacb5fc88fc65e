internal import ShoalClustering
internal import ShoalPipeline
internal import ShoalSchemas

/// Distributes the events of a file over partitions in file order. Several tasks may parse blocks; consumers wait for
/// events. Events beyond the memory limit are written to a temporary file, for example if one partition's events follow
/// long after the others'.
actor FileFeed {
    private let reader: any EventBlockSource
    private var queues: [EventQueue]
    private var spill: SpillFile?
    /// Identifies viewers, so that no viewer id is written to a file.
    private var intake: Intake
    /// Blocks that were parsed out of order.
    private var early: [Int: ParsedBlock] = [:]
    private var delivered = 0
    private var handedOut = 0
    private var isRead = false
    private var isStopped = false
    private var hungry: [Int: CheckedContinuation<Void, Never>] = [:]
    private var idle: [CheckedContinuation<Void, Never>] = []
    private var records = 0
    private(set) var rejected: [Rejection: Int64] = [:]
    /// The locations and reasons of the first invalid records.
    private(set) var examples: [String] = []

    /// The size of queues, in bytes, above which nothing is read unless a consumer waits, and above which events are
    /// written to a file.
    private let enough = 16 << 20
    private let tooMuch = 256 << 20
    private let waits: ReplayProgress

    /// - Parameter waits: Records the waits for the file.
    init(_ reader: sending any EventBlockSource, partitions: Int, key: PrivacyKey, waits: ReplayProgress) {
        self.reader = reader
        self.waits = waits
        queues = Array(repeating: EventQueue(), count: partitions)
        intake = Intake(key: key, options: WatchEventReader.Options())
    }

    /// The share of the file that was read, 0 … 1; `nil` if unknown.
    var progress: Double? { reader.progress }

    // MARK: - Producers

    /// Returns the next block to parse once there is room for it, or `nil` at the end.
    func nextBlock() async throws -> EventBlock? {
        while !isRead, !isStopped {
            if size < enough || !hungry.isEmpty {
                let number = waits.begin("\(reader.path) is read", isForeign: reader.path == "-")
                defer { waits.end(number) }
                if let block = try read() {
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

    private func read() throws(ReplayError) -> EventBlock? {
        do throws(EventFileError) {
            return try reader.nextBlock()
        } catch {
            throw ReplayError(error)
        }
    }

    /// Takes a parsed block.
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
            examples.append("\(reader.path):\(records + example.record): not a watch event: \(example.fault.text)")
        }
        records += block.records
        if block.endsInTheMiddle {
            throw ReplayError(
                .input,
                "\(reader.path):\(records): the file ends in the middle of a line. It may still be being "
                    + "written")
        }
    }

    // MARK: - Consumers

    /// Returns the next events of a partition, or `nil` at the end.
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

    /// Stops: waiters receive `nil`.
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
