internal import Clustering
public import Kafka

/// How an application fares, from what Kafka knows of it. It names no viewer, and no cluster by what it is about.
public struct ApplicationStatus: Sendable, Encodable {
    public struct Group: Sendable, Encodable {
        public var state: Admin.Group.State
        /// How partitions are dealt out; empty while that is not decided.
        public var assignor: String
        public var instances: [Instance]
    }

    /// A member of the group.
    public struct Instance: Sendable, Encodable {
        /// Its `instance.id`.
        public var id: String
        public var host: String
        /// Of the input.
        public var partitions: [Int32]
        /// Whether it adds closings up and publishes the models.
        public var isCoordinator: Bool
        /// Its `client.id`.
        public var client = ""
        /// Whether it is not an instance of Shoal, but another program.
        public var isForeign = false
    }

    /// A partition of the input.
    public struct Partition: Sendable, Encodable {
        public var partition: Int32
        /// The instance that has it; nil: none.
        public var instance: String?
        /// The committed position; nil: none.
        public var position: Int64?
        /// `genesis`, `open` or `waiting`; nil where nothing, or nothing known, is committed.
        public var phase: String?
        /// The epoch that is open, or that waits to be opened.
        public var epoch: Int64?
        public var lowWatermark: Int64
        public var highWatermark: Int64
        /// Records between the position and the high watermark; where they are many, those of control included.
        public var lag: Int64 = 0
        /// Event times at the position and at the end, in ms since 1970: the middle one of some records there, because single
        /// clocks are wrong. nil where there is no event.
        public var eventTimeMs: Int64?
        public var newestEventTimeMs: Int64?
        /// Seconds of event time between the two; nil where one of them is not known.
        public var eventTimeLagSeconds: Double?
        /// The last epoch that it has closed, and whether it has said that it stands at its end.
        public var closed: Int64?
        public var isCaughtUp = false
        /// Whether the next model waits for it.
        public var isWaitedFor = false
        /// When its state was last written to, in ms since 1970.
        public var snapshotMs: Int64?
    }

    /// The last model.
    public struct LastModel: Sendable, Encodable {
        /// The epoch; nil: the genesis model.
        public var version: Int64?
        /// When its epoch ended, in ms since 1970.
        public var epochEndMs: Int64?
        /// When it was published, in ms since 1970.
        public var publishedMs: Int64?
        public var clusters: Int
        public var shown: Int
        public var withheld: Int
        /// Members of clusters, and those with enough events that are in none.
        public var members: Int64
        public var unassigned: Int64
        public var topics: Int
        public var settingsRevision: Int64
        public var partitions: Int
    }

    /// What the next model waits for.
    public struct Waiting: Sendable, Encodable {
        /// The next model's epoch; nil: the first one.
        public var epoch: Int64?
        /// The partitions that have not closed it and do not stand at their end.
        public var partitions: [Int32]
        /// Whether others have closed it already, and are held back.
        public var isHeldBack: Bool
        /// In words; nil: it waits for the next event.
        public var reason: String?
    }

    /// How the keys of the newest input records are placed.
    public struct Placement: Sendable, Encodable {
        /// `input.partitioner`.
        public var partitioner: String
        /// Keys that were looked at, and how many of them are in another partition than the partitioner gives.
        public var keys: Int
        public var misplaced: Int
        /// How many are in the partition that each partitioner gives.
        public var murmur2: Int
        public var crc32: Int
        /// Describes the misplaced keys; nil if there are none.
        public var problem: String?

        init(_ sample: PlacementSample, _ setting: Settings.Partitioner, _ topic: String) {
            partitioner = setting.rawValue
            keys = sample.keys
            misplaced = sample.misplaced(setting)
            murmur2 = sample.agreeing(with: .murmur2)
            crc32 = sample.agreeing(with: .crc32)
            problem = sample.text(topic, setting)
        }
    }

    public var application: String
    /// In ms since 1970.
    public var timeMs: Int64
    public var group: Group
    public var partitions: [Partition]
    /// nil: the application has not begun.
    public var model: LastModel?
    /// nil: not known.
    public var waiting: Waiting?
    /// nil: not known.
    public var placement: Placement?
    /// Offsets in the dead-letter topic: at most so many dead letters, since transactions' marks take some, too.
    public var deadLettersAtMost: Int64 = 0
    /// What could not be found out, and why.
    public var unknown: [String] = []

    /// Records that are not handled yet.
    public var lag: Int64 { partitions.reduce(0) { $0 + $1.lag } }

    private enum CodingKeys: CodingKey {
        case application, timeMs, group, partitions, model, waiting, placement, deadLettersAtMost, unknown, lag
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(application, forKey: .application)
        try container.encode(timeMs, forKey: .timeMs)
        try container.encode(group, forKey: .group)
        try container.encode(partitions, forKey: .partitions)
        try container.encodeIfPresent(model, forKey: .model)
        try container.encodeIfPresent(waiting, forKey: .waiting)
        try container.encodeIfPresent(placement, forKey: .placement)
        try container.encode(deadLettersAtMost, forKey: .deadLettersAtMost)
        try container.encode(unknown, forKey: .unknown)
        try container.encode(lag, forKey: .lag)
    }
}
