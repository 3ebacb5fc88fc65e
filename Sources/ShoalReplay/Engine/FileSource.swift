internal import ShoalClustering
internal import ShoalPipeline
internal import ShoalSchemas

/// A partition's events in a file.
struct FileSource: CountedSource {
    private let feed: FileFeed
    private let partition: Int
    /// Caches only the viewers of this partition.
    private var intake: Intake
    var events = EventChunk.Reader()
    var offset: Int64 = 0

    init(_ feed: FileFeed, partition: Int, key: PrivacyKey) {
        self.feed = feed
        self.partition = partition
        intake = Intake(key: key, options: WatchEventReader.Options())
    }

    mutating func fill() async throws -> Bool {
        guard var next = try await feed.next(partition) else { return false }
        next.identify(&intake)
        events = EventChunk.Reader(next)
        return true
    }
}
