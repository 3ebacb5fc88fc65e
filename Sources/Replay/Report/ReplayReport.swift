public import Clustering

/// What a replay found: of clusters only what would have been published, of viewers nothing but counts.
///
/// A function of the input, the settings and the program: nothing in it was measured by a clock. Times are milliseconds
/// since 1970, shares and similarities millionths.
public struct ReplayReport: Codable, Equatable, Sendable {
    /// What was read.
    public struct Input: Codable, Equatable, Sendable {
        /// A range of one partition of a topic.
        public struct Range: Codable, Equatable, Sendable {
            public var partition: Int32
            /// The first offset, and the one behind the last.
            public var from: Int64
            public var to: Int64

            public init(partition: Int32, from: Int64, to: Int64) {
                self.partition = partition
                self.from = from
                self.to = to
            }
        }

        /// The topic or the file, as it was named.
        public var name = ""
        public var partitions = 0
        /// Of a topic; of a file none.
        public var ranges: [Range] = []
        /// Watch events handled, repetitions left out.
        public var events: Int64 = 0
        public var duplicates: Int64 = 0
        /// Of an epoch before, or beyond, the one that was open.
        public var late: Int64 = 0
        public var early: Int64 = 0
        /// Viewers erased, and tombstones of viewers whom nobody knew.
        public var erased: Int64 = 0
        public var unknownErased: Int64 = 0
        public var sensitiveTopics: Int64 = 0
        /// Events whose member provably stayed, so that not all clusters were scanned.
        public var skippedScans: Int64 = 0
        /// Records that are no watch events, by reason.
        public var rejected: [String: Int64] = [:]
        /// The earliest and the latest time of an event, as counted.
        public var firstTime: Int64?
        public var lastTime: Int64?

        public init() {}
    }

    /// A setting that reaches the result, as the configuration writes it.
    public struct Setting: Codable, Equatable, Sendable {
        public var name: String
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A model that includes closings, and what happened until it was made.
    public struct Row: Codable, Equatable, Sendable {
        public var version: Epoch
        /// The end of its epoch.
        public var time: Int64
        /// What the closings that it includes tell of: handled events, and changes for the outside.
        public var events: Int64 = 0
        public var joined: Int64 = 0
        public var moved: Int64 = 0
        public var left: Int64 = 0
        public var erased: Int64 = 0
        /// Moves that undo the member's move before.
        public var returned: Int64 = 0
        /// Eligible members, and those of them in no cluster.
        public var eligible: Int64 = 0
        public var unassigned: Int64 = 0
        /// How many clusters are withheld, and how many members they have.
        public var withheld = 0
        public var withheldMembers: Int64 = 0
        /// The mean cosine of members to their centroids.
        public var similarity: Int64 = 0
        /// The shown clusters, ascending, and how many members each has.
        public var clusters: [ClusterID] = []
        public var members: [Int64] = []

        public init(version: Epoch, time: Int64) {
            self.version = version
            self.time = time
        }
    }

    /// What became of a cluster, as it is published.
    public struct Lifecycle: Codable, Equatable, Sendable {
        /// As in the output topic: `cluster_created`, `cluster_split`, `cluster_merged`, `cluster_retired`, `cluster_drifted`.
        public var kind: String
        public var version: Epoch
        public var time: Int64
        public var cluster: ClusterID
        /// Of a creation: `seed`, `split`, `birth`.
        public var origin: String?
        /// A split's child, a merge's survivor, a created cluster's parent; 0: none.
        public var other: ClusterID
        public var members: Int64
        public var leadingTopics: [String]

        public init(
            kind: String, version: Epoch, time: Int64, cluster: ClusterID, origin: String?, other: ClusterID,
            members: Int64, leadingTopics: [String]
        ) {
            self.kind = kind
            self.version = version
            self.time = time
            self.cluster = cluster
            self.origin = origin
            self.other = other
            self.members = members
            self.leadingTopics = leadingTopics
        }
    }

    /// A cluster that was ever shown.
    public struct Cluster: Codable, Equatable, Sendable {
        public var id: ClusterID
        /// The version that first showed it, and the one in which it ended; nil: it is there.
        public var created: Epoch
        public var ended: Epoch?
        /// `seed`, `split`, `birth`.
        public var origin: String
        /// The cluster that it was split from; 0: none.
        public var parent: ClusterID
        /// The cluster that it was merged into; 0: none.
        public var survivor: ClusterID
        /// The most members, and those of the last model that showed it.
        public var peak: Int64
        public var members: Int64
        public var cohesion: Int64
        public var leadingTopics: [String]
        public var branchTopics: [String]
        public var branchClusters: [ClusterID]

        public init(id: ClusterID, created: Epoch, origin: String, parent: ClusterID) {
            self.id = id
            self.created = created
            self.origin = origin
            self.parent = parent
            (survivor, peak, members, cohesion) = (0, 0, 0, 0)
            (leadingTopics, branchTopics, branchClusters) = ([], [], [])
        }
    }

    /// How many members went from one cluster to another between two moments; 0 is no cluster. Flows of fewer members than
    /// `privacy.min-cluster-size` are only counted together.
    public struct Flows: Codable, Equatable, Sendable {
        public struct Flow: Codable, Equatable, Sendable {
            public var from: ClusterID
            public var to: ClusterID
            public var members: Int64

            public init(from: ClusterID, to: ClusterID, members: Int64) {
                self.from = from
                self.to = to
                self.members = members
            }
        }

        /// The epochs at whose openings the two looks were taken; the last is the end of the input.
        public var from: Epoch
        public var to: Epoch
        public var fromTime: Int64
        public var toTime: Int64
        /// Ascending by `from`, then `to`.
        public var flows: [Flow]
        /// Members of all flows that are too small to be told.
        public var hidden: Int64

        public init(from: Epoch, to: Epoch, fromTime: Int64, toTime: Int64, flows: [Flow], hidden: Int64) {
            self.from = from
            self.to = to
            self.fromTime = fromTime
            self.toTime = toTime
            self.flows = flows
            self.hidden = hidden
        }
    }

    /// How good the clusters are at the end of the input.
    public struct Quality: Codable, Equatable, Sendable {
        /// Members whose directions were looked at: all eligible ones, or those with the lowest order.
        public var sampled: Int64 = 0
        /// The mean cosine to the own centroid; those in no cluster count with the nearest one.
        public var similarity: Int64 = 0
        /// The same of batch spherical k-means (best of ten) over the same directions with as many clusters, and the ratio.
        public var batchSimilarity: Int64?
        public var objective: Int64?
        /// Agreement with the truth that was given (Hubert and Arabie, 1985; Vinh, Epps and Bailey, 2010), over the viewers of
        /// one group.
        public var adjustedRand: Int64?
        public var adjustedMutualInformation: Int64?
        public var judged: Int64?
        /// Moves for each eligible member and day of event time, and the share of moves that undo the one before.
        public var movesPerDay: Int64 = 0
        public var returned: Int64 = 0
        /// The share of eligible members that are in no cluster.
        public var unassigned: Int64 = 0

        public init() {}
    }

    /// Changes of members over the whole input, those that no model tells of among them.
    public struct Totals: Codable, Equatable, Sendable {
        public var joined: Int64 = 0
        public var moved: Int64 = 0
        public var left: Int64 = 0
        public var erased: Int64 = 0
        /// Moves that undo the member's move before.
        public var returned: Int64 = 0

        public init() {}

        init(joined: Int64, moved: Int64, left: Int64, erased: Int64, returned: Int64) {
            self.joined = joined
            self.moved = moved
            self.left = left
            self.erased = erased
            self.returned = returned
        }
    }

    public var input = Input()
    public var totals = Totals()
    public var settings: [Setting] = []
    /// Of each model that includes closings.
    public var rows: [Row] = []
    public var lifecycle: [Lifecycle] = []
    /// Ascending.
    public var clusters: [Cluster] = []
    public var flows: Flows?
    public var quality = Quality()
    /// SHA-256 over the content hashes of all models: two replays with the same digest decided everything alike.
    public var digest = ""
    /// The replay was stopped before the end of its input.
    public var isInterrupted = false
    /// What a reader should know: nothing was published because…, a partition stayed in genesis.
    public var notes: [String] = []

    public init() {}
}
