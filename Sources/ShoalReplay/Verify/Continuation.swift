internal import ShoalClustering
internal import ShoalPipeline
internal import ShoalSettings

/// The part of a recorded run's models that is recomputed. A model is the previous one plus its included deltas. If
/// partitions begin at checkpoints, the models before the first one whose deltas are all known are taken as recorded.
struct Continuation {
    /// Models taken as recorded.
    let given: [RecordedModel]
    /// Models to be recomputed.
    let models: [RecordedModel]
    /// The number of deltas of each partition that are not recomputed.
    let deltaCounts: [Int64]
    /// The model to continue from.
    let model: Model
    let bookkeeping: Bookkeeping

    /// - Parameter deltaCounts: The number of deltas of each partition that are not recomputed.
    init(_ run: RecordedRun, deltaCounts: [Int64]) async throws {
        func isKnown(_ bookkeeping: Bookkeeping) -> Bool {
            zip(bookkeeping.partitions, deltaCounts).allSatisfy { $0.included >= $1 }
        }
        self.deltaCounts = deltaCounts
        guard !isKnown(run.genesis.bookkeeping) else {
            (given, models) = ([], run.models)
            (model, bookkeeping) = (run.genesis.model, run.genesis.bookkeeping)
            return
        }
        let count = run.models.firstIndex { isKnown($0.bookkeeping) }.map { $0 + 1 } ?? run.models.count
        (given, models) = (Array(run.models.prefix(count)), Array(run.models.dropFirst(count)))
        guard let last = given.last, let through = last.bookkeeping.through,
            let record = try run.table.record(through)
        else {
            throw ReplayError(
                .incomparable, "a checkpoint refers to epoch deltas, but \(run.topic) has no model that includes any")
        }
        model = record.model
        var bookkeeping = last.bookkeeping
        for partition in deltaCounts.indices {
            let state = bookkeeping.partitions[partition]
            bookkeeping.partitions[partition].read = max(state.included, deltaCounts[partition])
        }
        self.bookkeeping = bookkeeping
    }

    /// The coordinator that repeats the run from here on.
    func coordinator(_ run: RecordedRun, key: PrivacyKey, isJSON: Bool) -> ReplayCoordinator {
        ReplayCoordinator(
            model: model, genesis: CompiledModel(run.genesis.model, version: nil), bookkeeping: bookkeeping,
            settings: run.genesis.model.settings, recorded: models, given: given.isEmpty ? nil : run.table,
            watcher: ModelVerifier(self, encoder: ChangeRecord(format: isJSON ? .json : .protobuf, key: key)))
    }
}
