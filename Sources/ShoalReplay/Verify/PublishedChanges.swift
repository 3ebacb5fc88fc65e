internal import ShoalClustering
internal import ShoalKafka
internal import ShoalPipeline
internal import ShoalSchemas

/// Compares the published changes of a live run with those of a replay, in order for each input partition.
///
/// Changes of one input partition in one output partition are in order, regardless of the publishing instance. So there
/// is a queue for each pair, filled by the readers of the output and emptied by the replay.
actor PublishedChanges {
    /// An expected change.
    struct Expected: Sendable {
        var key: [UInt8]
        var value: [UInt8]
        var inputOffset: Int64
    }

    private struct Pair: Hashable {
        /// The input partition; −1 for lifecycle changes, which the coordinator publishes.
        var input: Int32
        var output: Int32
    }

    /// The changes published before the start of a comparison.
    struct Before: Sendable {
        /// The start by input partition; `nil` for the start of the application.
        var points: [SnapshotPoint?]
        /// Models up to this version are not computed; `nil` if all are.
        var model: Epoch?
        let fixed: Settings.Fixed

        /// - Parameter position: The change's position in the input; `nil` if the coordinator decided it.
        func contains(_ change: ClusterChange, at position: ChangeIDs.Position?) -> Bool {
            guard let position else {
                guard let model, let version = change.modelVersion else { return false }
                return version <= model
            }
            guard let point = points[Int(position.partition)] else { return false }
            if position.offset != point.offset { return position.offset < point.offset }
            // The event at the point has not been handled, but it may have opened the epoch.
            if fixed.outputEvery == .event, change.why == .event || change.why == .erased { return false }
            return change.modelVersion ?? .min <= point.epoch.map { $0 - fixed.staleness } ?? .min
        }
    }

    private let outputs: Int32
    private let before: Before
    /// For each output partition, whether retention has deleted its first records.
    private let isShortened: [Bool]
    private var queues: [Pair: RecordQueue] = [:]
    /// Pairs of which an expected change was found. From then on no change may be missing.
    private var begun: Set<Pair> = []
    private var spill: SpillFile?
    /// Bytes in memory.
    private var size = 0
    private var hungry: [(pair: Pair, continuation: CheckedContinuation<Void, Never>)] = []
    private var idle: [CheckedContinuation<Void, Never>] = []
    private var finished: Set<Int32> = []
    private var isStopped = false
    private(set) var differences: [Int32: Difference] = [:]
    /// The number of equal changes, and of expected changes that retention has deleted.
    private(set) var compared: Int64 = 0
    private(set) var gone: Int64 = 0
    /// The number of earlier changes, which are not compared.
    private(set) var earlier: Int64 = 0

    private let progress: ReplayProgress
    private let ids: ChangeIDs

    private let enough = 64 << 20
    private let tooMuch = 256 << 20

    init(outputs: Int32, isShortened: [Bool], before: Before, key: PrivacyKey, progress: ReplayProgress) {
        ids = ChangeIDs(key)
        self.progress = progress
        self.outputs = outputs
        self.before = before
        self.isShortened = isShortened
    }

    // MARK: - Readers of the output

    /// Adds records of an output partition. Waits while the queues are full.
    func add(_ records: [RecordQueue.Record], output: Int32) async throws {
        while size > enough, !isStopped, !hungry.contains(where: { $0.pair.output == output }) {
            await progress.waiting("output partition \(output) is read on when changes were compared") {
                await withCheckedContinuation { idle.append($0) }
            }
        }
        guard !isStopped else { return }
        let spills = size > tooMuch
        for record in records {
            let change = try? ClusterChange(record.value)
            let position = change.flatMap(position)
            let pair = Pair(input: position?.partition ?? -1, output: output)
            if let change, before.contains(change, at: position) {
                earlier += 1
                begun.insert(pair)
                continue
            }
            try withQueue(pair) { try $0.append(record, to: $1, spills: spills) }
        }
        wake { $0.output == output }
    }

    /// Returns the position of a change in the input; `nil` if the coordinator decided it, or if no such partition exists.
    private func position(of change: ClusterChange) -> ChangeIDs.Position? {
        ids.position(of: change.id).flatMap { before.points.indices.contains(Int($0.partition)) ? $0 : nil }
    }

    /// Notes that an output partition has been read completely.
    func finish(output: Int32) {
        finished.insert(output)
        wake { $0.output == output }
    }

    /// Stops: all waits end.
    func stop() {
        isStopped = true
        wake { _ in true }
        wakeIdle()
    }

    // MARK: - The replay

    /// Compares the next expected changes of an input partition.
    func compare(_ expected: [Expected], input: Int32) async throws {
        for change in expected {
            guard differences[input] == nil, !isStopped else { return }
            let output = Partitioner.standard.partition(of: change.key.span, count: outputs) ?? 0
            try await compare(change, Pair(input: input, output: output))
        }
    }

    private func compare(_ change: Expected, _ pair: Pair) async throws {
        guard let found = try await first(pair) else {
            if isShortened[Int(pair.output)], !begun.contains(pair) {
                gone += 1
            } else {
                differences[pair.input] = difference(.missing, expected: change, found: nil, pair)
            }
            return
        }
        if found.key == change.key, found.value == change.value {
            try withQueue(pair) { queue, _ in queue.removeFirst(found) }
            begun.insert(pair)
            compared += 1
            if size < enough { wakeIdle() }
            return
        }
        if isShortened[Int(pair.output)], !begun.contains(pair), !isSame(found, change) {
            gone += 1
            return
        }
        differences[pair.input] = difference(.other, expected: change, found: found, pair)
    }

    private func difference(
        _ kind: Difference.Kind, expected: Expected?, found: RecordQueue.Record?, _ pair: Pair
    ) -> Difference {
        let change = found.flatMap { try? ClusterChange($0.value) }
        return Difference(
            kind, expected: expected, found: found, inputOffset: change.flatMap(position)?.offset, pair.input,
            pair.output)
    }

    /// Returns whether both describe the same change, even if the content differs.
    private func isSame(_ found: RecordQueue.Record, _ change: Expected) -> Bool {
        guard let left = try? ClusterChange(found.value), let right = try? ClusterChange(change.value) else {
            return false
        }
        return left.id == right.id
    }

    private func first(_ pair: Pair) async throws -> RecordQueue.Record? {
        while !isStopped {
            if let record = try peek(pair) { return record }
            if finished.contains(pair.output) { return nil }
            await waitForRecords(pair)
        }
        return nil
    }

    // A separate function: Swift 6.3.1 crashes if it is inlined into an asynchronous one.
    @inline(never)
    private func peek(_ pair: Pair) throws -> RecordQueue.Record? {
        try withQueue(pair) { try $0.first(from: $1) }
    }

    private func waitForRecords(_ pair: Pair) async {
        let part = pair.input < 0 ? "the models' changes" : "partition \(pair.input)"
        await progress.waiting("\(part) is compared with the next record of output partition \(pair.output)") {
            await withCheckedContinuation {
                hungry.append((pair, $0))
                wakeIdle()
            }
        }
    }

    /// Looks for records of an input partition that should not have been published. It waits until all of the output has been
    /// read.
    /// - Parameter isOld: Whether a change, with its offset in the input, was due before the comparison's end; later ones do
    ///   not count.
    func checkRest(input: Int32, before isOld: @Sendable (ClusterChange, Int64?) -> Bool) async throws {
        for output in 0..<outputs {
            let pair = Pair(input: input, output: output)
            while differences[input] == nil, let record = try await first(pair) {
                try withQueue(pair) { queue, _ in queue.removeFirst(record) }
                let change = try? ClusterChange(record.value)
                guard change.map({ isOld($0, position(of: $0)?.offset) }) ?? true else { continue }
                differences[input] = difference(.unexpected, expected: nil, found: record, pair)
                return
            }
        }
    }

    /// Changes a queue, and maintains the total size in memory.
    private func withQueue<R>(
        _ pair: Pair, _ body: (inout RecordQueue, () throws -> SpillFile) throws -> R
    ) throws -> R {
        var queue = queues.removeValue(forKey: pair) ?? RecordQueue()
        let before = queue.size
        defer {
            size += queue.size - before
            queues[pair] = queue
        }
        return try body(&queue, spillFile)
    }

    private func spillFile() throws -> SpillFile {
        if let spill { return spill }
        let made = try SpillFile()
        spill = made
        return made
    }

    private func wake(_ isMeant: (Pair) -> Bool) {
        let woken = hungry.filter { isMeant($0.pair) }
        hungry.removeAll { isMeant($0.pair) }
        for entry in woken { entry.continuation.resume() }
    }

    private func wakeIdle() {
        for continuation in idle { continuation.resume() }
        idle = []
    }
}
