internal import ShoalClustering
internal import ShoalKafka
internal import ShoalSchemas

/// Provides every instance with the contents of the model topic: the genesis model and the newest records. Older
/// records are read from the topic again on request, for example for a partition that was silent for a long time.
actor ModelFeed {
    private let reader: WatchedReader
    private let topic: String
    private let application: String
    private let log: PipelineLog
    private let statistics: PipelineStatistics
    private let archive: ModelArchive
    private var table: ModelTable
    /// The time at which the genesis model was written.
    private var life: Int64?
    private var isClosed = false
    private let changed = Signal()

    /// Reads the genesis model, and begins with the last one: how many there are between makes no difference.
    static func open(_ reader: ReaderClient, dependencies: Assignment.Dependencies) async throws -> ModelFeed {
        let options = dependencies.options
        let place = TopicPartition(options.topics.models, 0)
        let archive = ModelArchive(
            place, options.kafka, dependencies.admin, dependencies.log, options.sealer(of: .models))
        do {
            let beginning = try await archive.beginning()
            return try ModelFeed(reader, archive, beginning, dependencies: dependencies)
        } catch {
            throw failure(error, place.topic, nil, options.application)
        }
    }

    private init(
        _ reader: ReaderClient, _ archive: ModelArchive, _ beginning: ModelArchive.Beginning,
        dependencies: Assignment.Dependencies
    ) throws {
        table = ModelTable(dependencies.options.sealer(of: .models), keeping: .init())
        topic = dependencies.options.topics.models
        application = dependencies.options.application
        log = dependencies.log
        statistics = dependencies.statistics
        self.archive = archive
        self.reader = try WatchedReader(
            reader, TopicPartition(topic, 0), from: beginning.offset, for: .models, dependencies.aroundReaders)
        guard let genesis = beginning.genesis else { return }
        table.take(genesis: genesis.record)
        life = genesis.timestamp
    }

    /// How many model records were read besides the genesis model; not 0 if there is any.
    var count: Int { table.count }

    /// The genesis model's record; `nil` if it has not been read.
    var genesis: ModelRecord? { table.genesis }

    /// The compiled genesis model.
    var genesisModel: CompiledModel? { table.genesisModel }

    /// Reads until it is cancelled.
    func run() async throws {
        while !Task.isCancelled {
            statistics.heartbeats.beat(.models, "reading models")
            if try readSome() { continue }
            await archive.rest()
            try await reader.wait()
        }
    }

    /// Waits until everything before `offset` has been read. An open transaction before it is waited for.
    func read(through offset: Int64) async throws {
        let started = ContinuousClock.now
        var warning = Duration.seconds(10)
        while reader.position < offset {
            statistics.heartbeats.beat(.models, "reading models")
            if try readSome() { continue }
            try await reader.wait()
            if ContinuousClock.now - started > warning {
                warning += .seconds(30)
                log.warning(
                    "waiting for an open transaction", ("topic", topic), ("partition", "0"),
                    ("offset", "\(reader.position)"), ("advice", WatchedReader.hanging(topic, reader.position)))
            }
        }
    }

    /// Returns the genesis model once it is available, or `nil` if the feed is closed before.
    func awaitGenesis() async throws -> CompiledModel? {
        while !isClosed {
            if let genesis = table.genesisModel { return genesis }
            let seen = changed.count
            await changed.wait(past: seen)
            try Task.checkCancellation()
        }
        return nil
    }

    /// Returns the model of exactly this version, as soon as it is there; nil if the feed was closed before.
    /// - Throws: `PipelineError` if retention has deleted it; `CancellationError`.
    func compiled(_ version: Epoch) async throws -> CompiledModel? {
        while !isClosed {
            let seen = changed.count
            do {
                if let model = try table.exact(version) { return model }
            } catch is ModelTable.NotKept {
                guard let record = try await old(version) else { throw gone(version, first: firstLeft) }
                // Another shard may have asked for it meanwhile.
                if let known = (try? table.exact(version)) ?? nil { return known }
                return table.keep(record)
            } catch let found as ModelTable.RetentionGap {
                throw gone(version, first: found.first)
            }
            await changed.wait(past: seen)
            try Task.checkCancellation()
        }
        return nil
    }

    /// The first version that the topic still has, after `old` has returned nil.
    private var firstLeft: Epoch = 0

    /// Reads a model again from the topic; nil if retention has deleted it.
    private func old(_ version: Epoch) async throws -> ModelRecord? {
        do {
            switch try await archive.record(version) {
            case .record(let record): return record
            case .gone(let first):
                firstLeft = first
                return nil
            }
        } catch {
            throw Self.failure(error, topic, nil, application)
        }
    }

    private func gone(_ version: Epoch, first: Epoch) -> PipelineError {
        PipelineError(
            .missingData,
            "the model of epoch \(version) is needed, but \(topic) begins with that of \(first): its retention is "
                + "shorter than the time without events in a partition. Raise retention.ms of \(topic), and start a "
                + "new application with another application.id")
    }

    /// Returns the reason why a model could not be read.
    private static func failure(
        _ error: any Error, _ topic: String, _ offset: Int64?, _ application: String
    ) -> any Error {
        switch error {
        case let mismatch as RulesMismatch: return PipelineError(.configuration, mismatch.message(application))
        case let mismatch as KeyMismatch: return PipelineError(.configuration, mismatch.message(application))
        case let error as ProtoError:
            let place = offset.map { " offset \($0)" } ?? ""
            return PipelineError(
                .missingData,
                "\(topic)\(place): this version of Shoal cannot read the model (\(error)). A newer version or another "
                    + "program may have written it")
        default: return error
        }
    }

    /// Returns the reference to a model that a checkpoint stores. `nil` means the genesis model.
    func origin(_ version: Epoch?) async throws -> CheckpointKeeper.Origin {
        .init(modelHash: try await contentHash(version), life: life)
    }

    /// Returns the content hash of the model of exactly this version (nil: the genesis model), or nil if it is not
    /// available.
    private func contentHash(_ version: Epoch?) async throws -> [UInt8]? {
        var model: Model?
        do {
            if let version {
                guard let known = try table.exact(version) else { return nil }
                model = known.version == nil ? table.genesis?.model : try table.record(version)?.model
            } else {
                model = table.genesis?.model
            }
        } catch is ModelTable.NotKept {
            if let version { model = try await old(version)?.model }
        } catch is ModelTable.RetentionGap {
            return nil
        }
        return model.map { SHA256Digest.of(ModelContent.encode($0).span) }
    }

    /// Closes the feed. Waiters receive `nil`.
    func close() {
        isClosed = true
        changed.notify()
    }

    /// Returns the last model record, or the genesis model if it is the only one.
    func last() throws -> ModelRecord? {
        try table.last()
    }

    // MARK: - Reading

    private func readSome() throws -> Bool {
        let batch = try reader.poll(max: 64)
        for index in 0..<batch.count {
            guard let value = batch.value(index) else { continue }
            do {
                guard let record = try table.take(value, offset: batch.offset(index)) else { continue }
                try record.check(announced: batch.headers(index).first { $0.name == "content_hash" }?.value)
                if let through = record.bookkeeping.through {
                    statistics.saw(model: through, record.model)
                } else {
                    life = batch.timestamp(index)
                }
            } catch {
                throw Self.failure(error, topic, batch.offset(index), application)
            }
        }
        if batch.count > 0 { changed.notify() }
        return batch.count > 0
    }
}
