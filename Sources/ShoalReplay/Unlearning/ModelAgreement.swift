internal import ShoalClustering
internal import ShoalPipeline
internal import ShoalSchemas

/// Compares the models of a replay with recorded ones, all of them. Not thread-safe.
final class ModelAgreement: ModelWatcher {
    private var recorded: ArraySlice<RecordedModel>
    /// The number of models compared, and of the last ones that differ.
    private(set) var compared: Int64 = 0
    private(set) var differing: Int64 = 0
    /// Whether any model differs.
    private(set) var hasDifferences = false
    /// The first version from which on all models are the same; `nil` if the last one differs.
    private(set) var sameFrom: Epoch?
    /// The last model, as it was computed.
    private(set) var last: (version: Epoch, model: Model)?

    init(_ recorded: [RecordedModel]) {
        self.recorded = recorded[...]
    }

    func closed(_ epochDelta: EpochDelta) {}

    func take(_ publication: Coordinator.Publication, _ tally: Tally?) throws {
        guard let record = recorded.popFirst(), let version = publication.bookkeeping.through else { return }
        compared += 1
        last = (version, publication.model)
        let hash = Hex.text(SHA256Digest.of(ModelContent.encode(publication.model).span))
        guard hash == record.contentHash else {
            (sameFrom, hasDifferences) = (nil, true)
            differing += 1
            return
        }
        if sameFrom == nil { sameFrom = publication.bookkeeping.from ?? version }
        differing = 0
    }
}
