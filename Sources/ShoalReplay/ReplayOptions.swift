public import ShoalClustering
public import ShoalPipeline
public import ShoalSchemas

/// The options of a replay.
public struct ReplayOptions: Sendable {
    /// The source of epochs.
    public enum Epochs: String, CaseIterable, Sendable {
        /// Each partition's clock, as in a live run.
        case clock
        /// Each event's own time. The result does not depend on the number of partitions.
        case given
    }

    public var settings: Settings
    /// The topics of `topics.file`.
    public var vocabulary: [[UInt8]] = []
    public var key: PrivacyKey
    /// For a topic: how its records are read.
    public var input = WatchEventReader.Options()
    public var epochs = Epochs.clock
    /// For a file: the number of partitions over which its events are distributed by viewer.
    public var partitions = 4

    public init(settings: Settings, key: PrivacyKey) {
        self.settings = settings
        self.key = key
    }
}
