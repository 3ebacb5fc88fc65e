internal import ShoalClustering
internal import ShoalPipeline

/// The recorded models for all partitions, decoded on demand.
actor RecordedModels {
    private var table: ModelTable

    init(_ table: ModelTable) {
        self.table = table
    }

    /// Returns the model of exactly this version for a shard; nil if the run has none.
    /// - Throws: `ReplayError` if retention has deleted it.
    func exact(_ version: Epoch) throws -> CompiledModel? {
        try present { try table.exact(version) }
    }

    /// Returns the same as it was recorded, complete.
    func content(_ version: Epoch) throws -> Model? {
        // Before the start it is the genesis model, which holds nothing that a compiled one leaves out.
        guard let model = try exact(version), model.version != nil else { return try exact(version)?.model }
        return try present { try table.record(version)?.model }
    }

    private func present<Found>(_ read: () throws -> Found?) throws -> Found? {
        do {
            return try read()
        } catch let gone as ModelTable.RetentionGap {
            throw ReplayError(
                .incomparable,
                "the model of epoch \(gone.version) is needed, but the model topic begins with that of \(gone.first)")
        }
    }
}
