import Foundation
import ShoalClustering
import ShoalSchemas
import TestSupport

@testable import ShoalPipeline

/// The output of an application as seen by a reader of committed records.
struct Published {
    struct Model {
        var bookkeeping: Bookkeeping
        var settings: Settings
        var rules: LifecycleRules
        /// The hash in the record's headers, and the hash of its content.
        var announcedHash: String
        var contentHash: String
    }

    /// The models from the genesis model on, in the order of the topic.
    var models: [Model] = []
    /// The changes by partition, in the order of the topic.
    var changes: [TestRecord] = []
    var members: [TestRecord] = []
    /// The records of `clusters.topic`, which has one partition, if it is written.
    var clusters: [TestRecord] = []
    var writesClusters = false
    var deadLetters: [TestRecord] = []
    var genesis: ModelRecord

    init(_ application: Application) async throws {
        let (records, genesis) = try Self.models(
            try await application.records(of: application.models), application.sealer(of: application.models))
        guard let genesis else { throw ProcessMisbehaved(description: "there is no genesis model") }
        self.genesis = genesis
        models = records
        changes = try await application.records(of: application.output)
        members = try await application.records(of: application.members)
        if let topic = application.clusters {
            clusters = try await application.records(of: topic)
            writesClusters = true
        }
        deadLetters = try await application.records(of: application.deadLetters)
    }

    init(genesis: ModelRecord) {
        self.genesis = genesis
        models = [Model(genesis, announced: Self.hash(genesis))]
    }

    private static func models(_ records: [TestRecord], _ sealer: RecordSealer) throws -> (
        [Model], genesis: ModelRecord?
    ) {
        var table = ModelTable(sealer)
        var found: [Model] = []
        for record in records {
            let value = record.value ?? []
            guard let model = try table.take(value.span, offset: record.offset) else { continue }
            let announced = String(decoding: record.headers["content_hash"] ?? [], as: UTF8.self)
            found.append(Model(model, announced: announced))
        }
        return (found, table.genesis)
    }

    static func hash(_ record: ModelRecord) -> String {
        Hex.text(SHA256Digest.of(ModelContent.encode(record.model).span))
    }
}

extension Published.Model {
    init(_ record: ModelRecord, announced: String) {
        bookkeeping = record.bookkeeping
        (settings, rules) = (record.model.settings, record.model.rules)
        announcedHash = announced
        contentHash = Published.hash(record)
    }
}
