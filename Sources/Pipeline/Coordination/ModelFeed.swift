internal import Clustering
internal import Kafka
internal import Schemas

/// What every instance knows of the model topic: its records in order, decoded where a shard needs one.
actor ModelFeed {
    private let reader: WatchedReader
    private let topic: String
    private let log: PipelineLog
    private let statistics: PipelineStatistics
    private var table = ModelTable()
    /// When the genesis model was written.
    private var life: Int64?
    private var isClosed = false
    private let changed = Signal()

    init(reader: ReaderClient, from offset: Int64, tools: Assignment.Tools) throws {
        topic = tools.options.topics.models
        log = tools.log
        statistics = tools.statistics
        self.reader = try WatchedReader(
            reader, TopicPartition(topic, 0), from: offset, for: .models, tools.aroundReaders)
    }

    /// How many model records there are besides the genesis model.
    var count: Int { table.count }

    /// The genesis model's record; nil: it has not been read.
    var genesis: ModelRecord? { table.genesis }

    /// The same, compiled.
    var genesisModel: CompiledModel? { table.genesisModel }

    /// Reads on until it is cancelled.
    func run() async throws {
        while !Task.isCancelled {
            statistics.heartbeats.beat(.models, "reading models")
            if try readSome() { continue }
            try await reader.look()
            try await Task.sleep(for: .milliseconds(3))
        }
    }

    /// Waits until all before `offset` has been read: a transaction that hangs before it is waited for.
    func read(through offset: Int64) async throws {
        let started = ContinuousClock.now
        var warning = Duration.seconds(10)
        while reader.position < offset {
            statistics.heartbeats.beat(.models, "reading models")
            if try readSome() { continue }
            try await reader.look()
            try await Task.sleep(for: .milliseconds(3))
            if ContinuousClock.now - started > warning {
                warning += .seconds(30)
                log.warning(
                    WatchedReader.hanging(topic, reader.position), ("topic", topic), ("partition", "0"),
                    ("offset", "\(reader.position)"))
            }
        }
    }

    /// The genesis model, as soon as it is there; nil where the feed was closed before.
    func awaitGenesis() async throws -> CompiledModel? {
        while !isClosed {
            if let genesis = table.genesisModel { return genesis }
            let seen = changed.count
            await changed.wait(past: seen)
            try Task.checkCancellation()
        }
        return nil
    }

    /// The model of exactly this version, as soon as it is there; nil where the feed was closed before.
    /// - Throws: `PipelineError` where retention has deleted it; `CancellationError`.
    func compiled(_ version: Epoch) async throws -> CompiledModel? {
        while !isClosed {
            let seen = changed.count
            do {
                if let model = try table.exact(version) { return model }
            } catch let gone as ModelTable.Gone {
                throw PipelineError(
                    .hole,
                    "the model of epoch \(gone.version) is needed, but \(topic) begins with that of \(gone.first): its "
                        + "retention is shorter than a partition was silent. Raise retention.ms of \(topic), and begin "
                        + "anew under another application.id")
            }
            await changed.wait(past: seen)
            try Task.checkCancellation()
        }
        return nil
    }

    /// What a checkpoint remembers of the models: one of this version, nil for the genesis model, and this life.
    func origin(_ version: Epoch?) throws -> CheckpointKeeper.Origin {
        .init(modelHash: try contentHash(version), life: life)
    }

    /// The content hash of the model of exactly this version, nil for the genesis model; nil where it is not there.
    private func contentHash(_ version: Epoch?) throws -> [UInt8]? {
        let model: CompiledModel?
        do {
            model = if let version { try table.exact(version) } else { table.genesisModel }
        } catch is ModelTable.Gone {
            return nil
        }
        return model.map { SHA256Digest.of(ModelContent.encode($0.model).span) }
    }

    /// Who waits for a model goes away empty-handed from now on.
    func close() {
        isClosed = true
        changed.notify()
    }

    /// The last model record; the genesis model where there is no other.
    func last() throws -> ModelRecord? {
        try table.last()
    }

    // MARK: - Reading

    private func readSome() throws -> Bool {
        let batch = try reader.poll(max: 64)
        for index in 0..<batch.count {
            guard let value = batch.value(index) else { continue }
            do throws(ProtoError) {
                guard let record = try table.take(value, offset: batch.offset(index)) else { continue }
                try record.check(announced: batch.headers(index).first { $0.name == "content_hash" }?.value)
                if let through = record.bookkeeping.through {
                    statistics.saw(model: through, record.model)
                } else {
                    life = batch.timestamp(index)
                }
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
}
