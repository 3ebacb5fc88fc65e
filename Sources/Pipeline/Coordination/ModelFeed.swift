internal import Clustering
internal import Kafka
internal import Schemas

/// What every instance knows of the model topic: its records in order, decoded where a shard needs one.
actor ModelFeed {
    /// A model record as it was read, deflated; content is decoded when it is needed.
    private struct Entry {
        /// nil: no beginning.
        var from: Epoch?
        var through: Epoch
        var bytes: [UInt8]
        var size: Int64
    }

    private let reader: PartitionReader
    private let topic: String
    private let log: PipelineLog
    private let statistics: PipelineStatistics
    private var assembly: Parts.Assembly?
    private var entries: [Entry] = []
    private(set) var genesis: ModelRecord?
    private var genesisModel: CompiledModel?
    private var start: Epoch?
    private var compiledEntries: [(through: Epoch, model: CompiledModel)] = []
    private var isClosed = false
    private let changed = Signal()
    /// How many compiled models are kept at hand.
    private let kept = 12

    init(reader: ReaderClient, topic: String, from offset: Int64, log: PipelineLog, statistics: PipelineStatistics)
        throws
    {
        self.reader = try reader.reader(topic: topic, partition: 0, from: offset)
        self.topic = topic
        self.log = log
        self.statistics = statistics
    }

    /// How many model records there are besides the genesis model.
    var count: Int { entries.count }

    /// Reads on until it is cancelled.
    func run() async throws {
        while !Task.isCancelled {
            if try !readSome() { try await Task.sleep(for: .milliseconds(3)) }
        }
    }

    /// Waits until all before `offset` has been read: a transaction that hangs before it is waited for.
    func read(through offset: Int64) async throws {
        let started = ContinuousClock.now
        var warning = Duration.seconds(10)
        while reader.position < offset {
            if try readSome() { continue }
            try await Task.sleep(for: .milliseconds(3))
            if ContinuousClock.now - started > warning {
                warning += .seconds(30)
                log.warning(Self.hanging(topic, reader.position), ("topic", topic), ("offset", "\(reader.position)"))
            }
        }
    }

    /// What to do about a transaction that does not end.
    static func hanging(_ topic: String, _ position: Int64) -> String {
        "waiting for a transaction on \(topic) that is still open; if its producer is gone for good, "
            + "`kafka-transactions.sh find-hanging` names it, and `kafka-transactions.sh abort --topic \(topic) "
            + "--partition 0 --start-offset \(position)` ends it"
    }

    /// The genesis model, as soon as it is there; nil where the feed was closed before.
    func awaitGenesis() async throws -> CompiledModel? {
        while !isClosed {
            if let genesisModel { return genesisModel }
            let seen = changed.count
            await changed.wait(past: seen)
            try Task.checkCancellation()
        }
        return nil
    }

    /// The model of exactly this version, as soon as it is there; nil where the feed was closed before.
    func compiled(_ version: Epoch) async throws -> CompiledModel? {
        while !isClosed {
            let seen = changed.count
            if let model = try exact(version) { return model }
            await changed.wait(past: seen)
            try Task.checkCancellation()
        }
        return nil
    }

    /// Who waits for a model goes away empty-handed from now on.
    func close() {
        isClosed = true
        changed.notify()
    }

    /// The last model record; the genesis model where there is no other.
    func last() throws -> ModelRecord? {
        guard let entry = entries.last else { return genesis }
        return try decode(entry.bytes, entry.size)
    }

    // MARK: - Reading

    private func readSome() throws -> Bool {
        let batch = try reader.poll(max: 64)
        for index in 0..<batch.count {
            guard let value = batch.value(index) else { continue }
            do throws(ProtoError) {
                var part = Parts.Part()
                var reader = ProtoReader(value)
                try part.read(&reader)
                var assembly = assembly ?? Parts.Assembly(number: 0, firstOffset: batch.offset(index))
                if part.index == 0 { assembly = Parts.Assembly(number: 0, firstOffset: batch.offset(index)) }
                guard let whole = try assembly.add(part) else {
                    self.assembly = assembly
                    continue
                }
                self.assembly = nil
                try take(whole.bytes, whole.size)
            } catch {
                throw PipelineError(
                    .hole,
                    "\(topic) offset \(batch.offset(index)) is no model record that this version of Shoal can read "
                        + "(\(error)): was it written by a newer one, or by somebody else?")
            }
        }
        if batch.count > 0 { changed.notify() }
        return batch.count > 0
    }

    private func take(_ bytes: [UInt8], _ size: Int64) throws(ProtoError) {
        guard let inflated = Compression.inflate(bytes, size: Int(size)) else { throw .badValue }
        let record = try ModelRecord.decode(inflated)
        guard let through = record.bookkeeping.through else {
            genesis = record
            genesisModel = CompiledModel(record.model, version: nil)
            return
        }
        start = record.bookkeeping.start
        entries.append(Entry(from: record.bookkeeping.from, through: through, bytes: bytes, size: size))
        keep(CompiledModel(record.model, version: through), through)
        statistics.saw(model: through, clusters: record.model.clusters.count(where: \.isActive))
    }

    private func exact(_ version: Epoch) throws -> CompiledModel? {
        if let start, version <= start { return genesisModel }
        guard let entry = entry(version) else { return nil }
        if let found = compiledEntries.first(where: { $0.through == entry.through }) { return found.model }
        let record = try decode(entry.bytes, entry.size)
        let model = CompiledModel(record.model, version: entry.through)
        keep(model, entry.through)
        return model
    }

    private func entry(_ version: Epoch) -> Entry? {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].through < version { low = middle + 1 } else { high = middle }
        }
        guard low < entries.count, entries[low].from ?? .min <= version else { return nil }
        return entries[low]
    }

    private func keep(_ model: CompiledModel, _ through: Epoch) {
        compiledEntries.append((through, model))
        if compiledEntries.count > kept { compiledEntries.removeFirst() }
    }

    private func decode(_ bytes: [UInt8], _ size: Int64) throws -> ModelRecord {
        guard let inflated = Compression.inflate(bytes, size: Int(size)) else { throw ProtoError.badValue }
        return try ModelRecord.decode(inflated)
    }
}
