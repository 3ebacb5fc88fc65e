internal import ShoalClustering
internal import ShoalSchemas

/// A model record as it was read and opened, to be decoded on demand.
struct OpenedModel {
    let head: ModelHead
    let content: CompressedContent

    /// The versions that it is valid for; no `from`: the range has no lower bound; no `through`: the genesis model.
    var from: Epoch? { head.bookkeeping.from }
    var through: Epoch? { head.bookkeeping.through }

    /// - Parameter sealer: of the model topic.
    /// - Throws: `RulesMismatch`; `KeyMismatch` if another key sealed it; `ProtoError`.
    init(_ whole: Chunks.Whole, by sealer: RecordSealer) throws {
        head = try ModelHead.decode(whole)
        do {
            content = try whole.compressed(as: head.name, by: sealer)
        } catch {
            throw head.keyFingerprint == sealer.keyFingerprint ? error : KeyMismatch()
        }
    }

    /// - Throws: `ProtoError`.
    func record() throws(ProtoError) -> ModelRecord {
        try ModelRecord.decode(head, content.content())
    }

    /// Whether it holds for a version.
    func covers(_ version: Epoch) -> Bool { head.bookkeeping.covers(version) }
}
