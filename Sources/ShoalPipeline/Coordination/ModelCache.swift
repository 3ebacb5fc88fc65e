internal import ShoalClustering

/// Compiled models by version: those that a shard still uses, and the few that were asked for last.
///
/// A model that all shards have left is freed. If it is asked for again, it is compiled again.
struct ModelCache {
    private struct Entry {
        var from: Epoch
        var through: Epoch
        weak var model: CompiledModel?
    }

    private var entries: [Entry] = []
    /// The newest last.
    private var recent: [CompiledModel] = []
    /// How many models are kept that no shard uses.
    private static let mostRecent = 3

    /// Returns the model that is valid for the version, or `nil` if it is not cached.
    func model(_ version: Epoch) -> CompiledModel? {
        entries.first { $0.from <= version && version <= $0.through }?.model
    }

    mutating func insert(_ model: CompiledModel, from: Epoch, through: Epoch) {
        entries.removeAll { $0.model == nil || $0.through == through }
        entries.append(Entry(from: from, through: through, model: model))
        recent.append(model)
        if recent.count > Self.mostRecent { recent.removeFirst() }
    }
}
