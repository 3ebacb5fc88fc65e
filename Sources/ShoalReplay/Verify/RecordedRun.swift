internal import ShoalClustering
internal import ShoalKafka
internal import ShoalPipeline
internal import ShoalSchemas

/// A live run as recorded in the model topic.
struct RecordedRun: Sendable {
    let topic: String
    let genesis: ModelRecord
    /// The time at which the genesis model was written, in ms since 1970.
    let life: Int64?
    /// The models in topic order, without the genesis model.
    let models: [RecordedModel]
    /// The last model's record, or the genesis model's.
    let last: ModelRecord
    /// The models' content, decoded on demand.
    let table: ModelTable

    /// Reads the model topic up to an offset.
    /// - Throws: `ReplayError` if it holds no whole run, or one by other rules or of another key; `KafkaError`.
    init(
        _ topic: String, of application: String, key: PrivacyKey, through offset: Int64, client: ClientConfiguration,
        _ progress: ReplayProgress
    ) async throws {
        let admin = try Admin(client)
        let low = try await admin.watermarks(of: TopicPartition(topic, 0)).low
        var table = ModelTable(RecordSealer(key, topic: topic, partition: 0))
        var models: [RecordedModel] = []
        var last: ModelRecord?
        var life: Int64?
        try await BoundedReader(client, progress).read(TopicPartition(topic, 0), low..<offset) { batch, index in
            guard let value = batch.value(index) else { return }
            do {
                guard let record = try table.take(value, offset: batch.offset(index)) else { return }
                let count = record.bookkeeping.partitions.count
                if let known = last?.bookkeeping.partitions.count, known != count {
                    throw ProtoError.outOfRange("it knows \(count) partitions, and the model before \(known)")
                }
                last = record
                guard record.bookkeeping.through != nil else {
                    life = batch.timestamp(index)
                    return
                }
                let announced = batch.headers(index).first { $0.name == "content_hash" }?.value ?? []
                models.append(
                    RecordedModel(
                        record, offset: batch.offset(index),
                        announcedHash: String(decoding: announced, as: UTF8.self)))
            } catch let mismatch as RulesMismatch {
                throw ReplayError(.incomparable, mismatch.message(application))
            } catch let mismatch as KeyMismatch {
                throw ReplayError(.wrongKey, mismatch.message(application))
            } catch let error as ProtoError {
                throw ReplayError(
                    .incomparable,
                    "\(topic) offset \(batch.offset(index)): this version of Shoal cannot read the model (\(error))"
                )
            }
        }
        guard let genesis = table.genesis, let last else {
            throw ReplayError(
                .incomparable,
                low > 0
                    ? "\(topic) begins at offset \(low): retention has deleted the genesis model, without which the "
                        + "start of the run is unknown"
                    : "\(topic) has no genesis model: no run was recorded")
        }
        self.init(topic, genesis: genesis, life: life, models: models, last: last, table: table)
    }

    init(
        _ topic: String, genesis: ModelRecord, life: Int64?, models: [RecordedModel], last: ModelRecord,
        table: ModelTable
    ) {
        self.topic = topic
        self.genesis = genesis
        self.life = life
        self.models = models
        self.last = last
        self.table = table
    }
}

extension RecordedModel {
    init(_ record: ModelRecord, offset: Int64, announcedHash: String) {
        self.offset = offset
        self.announcedHash = announcedHash
        bookkeeping = record.bookkeeping
        settings = record.model.settings
        rules = record.model.rules
        contentHash = Hex.text(SHA256Digest.of(ModelContent.encode(record.model).span))
    }
}
