internal import ShoalClustering
public import ShoalKafka

/// The status of an application as known to Kafka. It names no viewer, and no topics of clusters.
public struct ApplicationStatus: Sendable, Encodable {
    public struct Group: Sendable, Encodable {
        public var state: Admin.Group.State
        /// The partition assignment strategy; empty while it is undecided.
        public var assignor: String
        public var instances: [Instance]
    }

    /// A member of the group.
    public struct Instance: Sendable, Encodable {
        /// The member's `instance.id`.
        public var id: String
        public var host: String
        /// The assigned input partitions.
        public var partitions: [Int32]
        /// Whether it folds epoch deltas and publishes the models.
        public var isCoordinator: Bool
        /// Its `client.id`.
        public var client = ""
        /// Whether it is not an instance of Shoal, but another program.
        public var isForeign = false
    }

    /// A partition of the input.
    public struct Partition: Sendable, Encodable {
        public var partition: Int32
        /// The owning instance; `nil` for none.
        public var instance: String?
        /// The committed position; `nil` for none.
        public var position: Int64?
        /// `genesis`, `open` or `waiting`; `nil` if no known phase is committed.
        public var phase: String?
        /// The epoch that is open or waits to be opened.
        public var epoch: Int64?
        public var lowWatermark: Int64
        public var highWatermark: Int64
        /// Records between the position and the high watermark. Large values include control records.
        public var lag: Int64 = 0
        /// Event times at the position and at the end, in ms since 1970. Each is the median of several records, because
        /// single clocks may be wrong; `nil` without events.
        public var eventTimeMs: Int64?
        public var newestEventTimeMs: Int64?
        /// The difference of the two event times in seconds; `nil` if one is unknown.
        public var eventTimeLagSeconds: Double?
        /// The last closed epoch, and whether the partition has sent the idle status.
        public var closed: Int64?
        public var isCaughtUp = false
        /// Whether the next model waits for it.
        public var isWaitedFor = false
        /// The time of the last write to its state, in ms since 1970.
        public var snapshotMs: Int64?
    }

    /// The last model.
    public struct LastModel: Sendable, Encodable {
        /// The epoch; `nil` for the genesis model.
        public var version: Int64?
        /// The end of its epoch, in ms since 1970.
        public var epochEndMs: Int64?
        /// The time of publication, in ms since 1970.
        public var publishedMs: Int64?
        /// With intervals of `output.every`: the event time with which what members' own watches changed is published next, in
        /// ms since 1970.
        public var nextChangesMs: Int64?
        /// The number of published clusters.
        public var shown: Int
        /// The lower bound of the number of suppressed clusters: 0, 1 or 5.
        public var withheld: Int
        /// The numbers of assigned members, and of eligible members that are unassigned, rounded down to a multiple of
        /// `minClusterSize`.
        public var members: Int64
        public var unassigned: Int64
        public var topics: Int
        /// `privacy.min-cluster-size`.
        public var minClusterSize: Int64
        public var settingsRevision: Int64
        /// The version of the rules, and the one that a higher revision would take.
        public var rules: Int64
        public var releaseRules: Int64
        public var partitions: Int

        init(
            _ summary: ModelSummary, version: Int64?, epochEndMs: Int64?, publishedMs: Int64?, partitions: Int
        ) {
            (self.version, self.epochEndMs, self.publishedMs) = (version, epochEndMs, publishedMs)
            (shown, withheld) = (Int(summary.published), Int(summary.suppressed))
            (members, unassigned, topics) = (summary.members, summary.unassigned, Int(summary.topics))
            nextChangesMs = epochEndMs.flatMap { summary.settings.fixed.outputEvery.next(after: $0) }
            minClusterSize = summary.settings.minClusterSize
            settingsRevision = summary.settings.revision
            (rules, releaseRules) = (summary.rules, LifecycleRules.current.version)
            self.partitions = partitions
        }
    }

    /// The conditions for the next model.
    public struct Waiting: Sendable, Encodable {
        /// The next model's epoch; `nil` for the first one.
        public var epoch: Int64?
        /// The partitions that have neither closed it nor are idle.
        public var partitions: [Int32]
        /// Whether other partitions have already closed it and are blocked.
        public var isHeldBack: Bool
        /// The reason as text; `nil` if the next event is awaited.
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
    /// The time of the status in ms since 1970.
    public var timeMs: Int64
    public var group: Group
    public var partitions: [Partition]
    /// `nil` if the application has not begun.
    public var model: LastModel?
    /// `nil` if unknown.
    public var waiting: Waiting?
    /// nil: not known.
    public var placement: Placement?
    /// The number of offsets in the dead-letter topic: an upper bound of the dead letters, because transaction markers
    /// take offsets too.
    public var deadLettersAtMost: Int64 = 0
    /// Facts that could not be determined, with reasons.
    public var unknown: [String] = []

    /// The number of records that are not handled yet.
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
