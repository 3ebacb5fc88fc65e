public import Clustering
public import Pipeline
public import Schemas

/// What a replay is made with.
public struct ReplayOptions: Sendable {
    /// Where epochs come from.
    public enum Epochs: String, CaseIterable, Sendable {
        /// Each partition's own clock, as in a live run.
        case clock
        /// Each event's own time; the result does not depend on the number of partitions.
        case given
    }

    public var settings: Settings
    /// The topics of `topics.file`.
    public var vocabulary: [[UInt8]] = []
    public var key: PrivacyKey
    /// Of a topic: how its records are read.
    public var input = WatchEventReader.Options()
    public var epochs = Epochs.clock
    /// Of a file: how many partitions its events are dealt out to, as a topic with so many has them.
    public var partitions = 4

    public init(settings: Settings, key: PrivacyKey) {
        self.settings = settings
        self.key = key
    }
}
