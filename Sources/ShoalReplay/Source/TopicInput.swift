internal import ShoalClustering
internal import ShoalKafka
internal import ShoalPipeline
internal import ShoalSchemas

/// A topic as the input of a replay, for all its partitions.
struct TopicInput: Sendable {
    let topic: String
    let key: PrivacyKey
    /// Counts invalid records.
    let rejected = RejectedCounts()
    private let client: ReaderClient
    private let options: WatchEventReader.Options
    private let progress: TopicProgress
    private let partitioner: Settings.Partitioner
    private let partitions: Int32

    /// - Parameters:
    ///   - recorded: the settings of the run that is repeated; nil: those of `options`.
    ///   - ranges: the offsets that are read of each partition, for the progress.
    ///   - partitions: how many the topic has, which tells whose events belong into a partition.
    init(
        _ topic: String, _ client: ClientConfiguration, _ options: ReplayOptions, _ progress: ReplayProgress,
        recorded: Settings.Fixed? = nil, ranges: [Range<Int64>], partitions: Int
    ) throws {
        partitioner = (recorded ?? options.settings.fixed).partitioner
        self.partitions = Int32(clamping: partitions)
        self.topic = topic
        self.client = try ReaderClient(client.reading)
        (key, self.options) = (options.key, options.input.with(recorded ?? options.settings.fixed))
        self.progress = TopicProgress(progress, ranges: ranges)
    }

    /// Returns the records of a partition in a range of offsets.
    /// - Parameter place: The partition's index in the ranges; `nil` for its number.
    // A separate function that is never inlined: Swift 6.3.1 crashes if throwing code is inlined into an asynchronous
    // loop.
    @inline(never)
    func source(_ partition: Int32, _ range: Range<Int64>, at place: Int? = nil) throws -> TopicSource {
        TopicSource(
            "\(TopicPartition(topic, partition))",
            try client.reader(topic: topic, partition: partition, from: range.lowerBound), until: range.upperBound,
            Intake(key: key, options: options, place: InputPlace(partitioner, partition: partition, of: partitions)),
            progress, at: place ?? Int(partition), rejected)
    }
}
