internal import ShoalClustering
internal import ShoalPipeline

/// A partition's events of one given epoch.
struct SpooledSource: CountedSource {
    private let spool: EpochSpool
    private let partition: Int
    var events = EventChunk.Reader()
    var offset: Int64 = 0
    var epoch: Epoch

    init(_ spool: EpochSpool, partition: Int, first: Epoch) {
        self.spool = spool
        self.partition = partition
        epoch = first
    }

    mutating func fill() async throws -> Bool {
        guard let next = try await spool.next(epoch, partition) else { return false }
        events = EventChunk.Reader(next)
        return true
    }
}
