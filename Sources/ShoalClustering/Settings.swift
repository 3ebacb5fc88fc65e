/// The settings that affect results. Durations and times are in milliseconds of event time.
///
/// The settings in `Fixed` are fixed for an application's life. The others are recorded with models.
public struct Settings: Equatable, Sendable {
    /// How producers choose the partition of a viewer's records (`input.partitioner`).
    public enum Partitioner: String, CaseIterable, Sendable {
        case murmur2
        case crc32
        /// Not known: a record counts as well placed in every partition.
        case any
    }

    /// When changes of members are published (`output.every`).
    public enum OutputInterval: Equatable, Sendable {
        /// Together, when the next epoch is opened: one net change for each member.
        case epoch
        /// At once, with the event.
        case event
        /// Together, when the first epoch of an interval is opened: one net change for each member. Intervals have this length
        /// in ms of event time, and are counted from 1970.
        case every(Int64)

        public static let day = OutputInterval.every(86_400_000)
        public static let week = OutputInterval.every(604_800_000)

        /// The length of an interval, ms; nil if changes are published with every epoch, or at once.
        public var length: Int64? {
            if case .every(let length) = self { length } else { nil }
        }

        /// Returns the beginning of the next interval after a time, ms; nil without intervals.
        public func next(after time: Int64) -> Int64? {
            length.map { (Arithmetic.epoch(of: time, length: $0) + 1) * $0 }
        }
    }

    public struct Fixed: Equatable, Sendable {
        public var epochLength: Int64 = 3_600_000
        /// 1 … 8: events of epoch e are handled with model e − staleness.
        public var staleness: Int64 = 2
        public var clockQuorum: Int = 8
        public var clockMaxStep: Int64 = 24
        public var dedupWindow: Int = 65_536
        /// The maximum number of topics in a profile.
        public var profileTopics: Int = 16
        public var partitioner = Partitioner.murmur2
        public var outputEvery = OutputInterval.epoch
        /// The event time after which members are published under new pseudonyms; nil: never.
        public var rotation: Int64?
        /// The mapping of JSON objects of another form to the fields of events (`input.map`), as one text; empty for
        /// the form of `shoal.v1.WatchEvent`.
        public var inputMapping: [[UInt8]] = []
        /// The earliest event time that is read: 2000-01-01T00:00:00Z.
        public var earliestTime: Int64 = 946_684_800_000
        /// The latest event time that is read; nil: one year after the record's own timestamp.
        public var latestTime: Int64?

        public init() {}

        /// The period of the pseudonyms under which members are published in an epoch: ⌊start of the epoch / rotation⌋; nil
        /// if pseudonyms are not rotated.
        public func period(of epoch: Epoch) -> Int64? {
            rotation.map { Arithmetic.epoch(of: epoch * epochLength, length: $0) }
        }

        /// Returns the epochs whose watches are published when `next` is opened after `closed`: with intervals, those that began
        /// in the same one as `closed`, if `next` begins in another one; nil for none.
        func published(closing closed: Epoch, opening next: Epoch) -> ClosedRange<Epoch>? {
            guard let length = outputEvery.length else { return outputEvery == .epoch ? closed...closed : nil }
            let interval = Arithmetic.epoch(of: closed * epochLength, length: length)
            guard interval != Arithmetic.epoch(of: next * epochLength, length: length) else { return nil }
            let first = -Arithmetic.epoch(of: -interval * length, length: epochLength)
            return first...closed
        }
    }

    /// Whether both are the same but for the opt-out list.
    public func isConfigured(as other: Settings) -> Bool {
        var other = other
        other.optedOut = optedOut
        return self == other
    }

    /// The settings as an application of these rules has them: what its rules do not have is off.
    public func under(_ rules: LifecycleRules) -> Settings {
        var settings = self
        if !rules.neutralizes { settings.policy = policy.withoutNeutralizing }
        return settings
    }

    public var fixed = Fixed()
    /// Orders different settings of instances: the highest revision applies.
    public var revision: Int64 = 0
    public var halfLife: Int64 = 86_400_000
    /// Percent, 0 … 100. A watch below it counts as an event with weight 0.
    public var engagementMin: Int64 = 5
    public var topicsMax: Int = 65_536
    public var topicsMinViewers: Int = 5
    /// Patterns of topics that never enter a profile (see `TopicPattern`).
    public var sensitiveTopics: [[UInt8]] = []
    /// Which topics are sensitive by category, and which descriptions may name (`privacy.policy`).
    public var policy = TopicPolicy.none
    /// The Unicode version under which these patterns are compared with names.
    public var unicodeVersion = TopicSkeleton.unicodeVersion
    public var minEvents: UInt32 = 5
    /// The event time after which an inactive member is removed; `nil` for never.
    public var memberTTL: Int64?
    /// Event time after which a silent viewer is forgotten who has fewer than `minEvents` events, or no topic.
    public var newMemberTTL: Int64 = 604_800_000
    /// The most viewers of a partition.
    public var membersMax: Int = 10_000_000
    public var seedMembers = SeedMembers.auto
    public var clustersInitial: Int = 16
    public var clustersMin: Int = 2
    public var clustersMax: Int = 128
    /// A fixed number of clusters; `nil` for a number between `clustersMin` and `clustersMax`.
    public var clustersCount: Int?
    /// The minimum size of a cluster: so many members, and so many millionths of all assigned members.
    public var clustersMinMembers: Int64 = 40
    public var clustersMinShare: Int64 = 2_000
    /// The size below which clusters are suppressed (`privacy.min-cluster-size`).
    public var minClusterSize: Int64 = 100
    /// The event time since a member's first watch from which on it counts towards that size (`privacy.member-age`); 0: every
    /// member does.
    public var memberAge: Int64 = 604_800_000
    /// The number of events from which on it does (`privacy.member-watches`).
    public var memberWatches: UInt32 = 0
    /// Whether `members.topic` is written.
    public var publishesMemberships = false
    /// The viewers on the opt-out list: stored pseudonyms of 16 bytes each, big-endian, ascending. Their events have no effect.
    /// It is recorded with models as the other settings are, but changes without a new revision.
    public var optedOut: [[UInt8]] = []

    public init() {}
}
