public import ShoalClustering

/// The result of a replay. It contains only clusters that would have been published, and only counts of viewers.
///
/// A function of the input, the settings and the program: no value depends on a clock. Times are milliseconds since
/// 1970. Shares and similarities are millionths.
public struct ReplayReport: Codable, Equatable, Sendable {
    /// The input of the replay.
    public struct Input: Codable, Equatable, Sendable {
        /// A range of one partition of a topic.
        public struct Range: Codable, Equatable, Sendable {
            public var partition: Int32
            /// The first offset, and the offset after the last one.
            public var from: Int64
            public var to: Int64

            public init(partition: Int32, from: Int64, to: Int64) {
                self.partition = partition
                self.from = from
                self.to = to
            }
        }

        /// The topic or file, as given.
        public var name = ""
        public var partitions = 0
        /// The ranges of a topic; empty for a file.
        public var ranges: [Range] = []
        /// Watch events handled, without repetitions.
        public var events: Int64 = 0
        public var duplicates: Int64 = 0
        /// Events of an epoch before, or after, the open one.
        public var late: Int64 = 0
        public var early: Int64 = 0
        /// Erased viewers, and tombstones of unknown viewers.
        public var erased: Int64 = 0
        public var unknownErased: Int64 = 0
        public var sensitiveTopics: Int64 = 0
        /// Events whose member provably stays in its cluster, so that the scan of all clusters was skipped.
        public var skippedScans: Int64 = 0
        /// Records that are not valid watch events, by reason.
        public var rejected: [String: Int64] = [:]
        /// The earliest and the latest event time, as counted.
        public var firstTime: Int64?
        public var lastTime: Int64?

        public init() {}
    }

    /// A setting that affects the result, in the configuration's notation.
    public struct Setting: Codable, Equatable, Sendable {
        public var name: String
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A model that includes epoch deltas, with the counts since the previous one.
    public struct Row: Codable, Equatable, Sendable {
        public var version: Epoch
        /// The end of its epoch.
        public var time: Int64
        /// Counts of the included epoch deltas: handled events, and published changes.
        public var events: Int64 = 0
        public var joined: Int64 = 0
        public var moved: Int64 = 0
        public var left: Int64 = 0
        public var erased: Int64 = 0
        /// Moves that undo the member's previous move.
        public var returned: Int64 = 0
        /// Eligible members, and how many of them are unassigned: rounded down to a multiple of
        /// `privacy.min-cluster-size`, so that they tell nothing of suppressed clusters.
        public var eligible: Int64 = 0
        public var unassigned: Int64 = 0
        /// The lower bound of the number of suppressed clusters: 0, 1 or 5.
        public var withheld = 0
        /// The mean cosine of members to their centroids.
        public var similarity: Int64 = 0
        /// The published clusters in ascending order, and their numbers of members.
        public var clusters: [ClusterID] = []
        public var members: [Int64] = []

        public init(version: Epoch, time: Int64) {
            self.version = version
            self.time = time
        }

        /// Members that are in no published cluster.
        var unpublished: Int64 { max(eligible - members.reduce(0, +), unassigned) }
    }

    /// A published lifecycle change of a cluster.
    public struct Lifecycle: Codable, Equatable, Sendable {
        /// As in the output topic: `cluster_created`, `cluster_split`, `cluster_merged`, `cluster_retired`, `cluster_drifted`.
        public var kind: String
        public var version: Epoch
        public var time: Int64
        public var cluster: ClusterID
        /// The origin of a created cluster: `seed`, `split`, `birth`.
        public var origin: String?
        /// The child of a split, the survivor of a merge, or the parent of a created cluster; 0 for none.
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

    /// A cluster that was published at any time.
    public struct Cluster: Codable, Equatable, Sendable {
        public var id: ClusterID
        /// The version that first published the cluster, and the version in which it ended; `nil` if it is active.
        public var created: Epoch
        public var ended: Epoch?
        /// `seed`, `split`, `birth`.
        public var origin: String
        /// The cluster that it was split from; 0 for none.
        public var parent: ClusterID
        /// The cluster that it was merged into; 0 for none.
        public var survivor: ClusterID
        /// The largest number of members, and the number in the last model that published it.
        public var peak: Int64
        public var members: Int64
        public var cohesion: Int64
        public var leadingTopics: [String]
        public var branchTopics: [String]
        public var branchClusters: [ClusterID]
        /// The label that the page of a running application shows beside the number; `nil` in reports of replays.
        public var label: String?

        public init(id: ClusterID, created: Epoch, origin: String, parent: ClusterID) {
            self.id = id
            self.created = created
            self.origin = origin
            self.parent = parent
            (survivor, peak, members, cohesion) = (0, 0, 0, 0)
            (leadingTopics, branchTopics, branchClusters) = ([], [], [])
        }
    }

    /// Members by their clusters at two moments; 0 means unassigned. Flows with fewer members than
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

        /// The epochs at whose openings the memberships were recorded. The second may be the end of the input.
        public var from: Epoch
        public var to: Epoch
        public var fromTime: Int64
        public var toTime: Int64
        /// Ascending by `from`, then `to`.
        public var flows: [Flow]
        /// Members of all flows that are too small to be listed.
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

    /// The quality of the clusters at the end of the input.
    public struct Quality: Codable, Equatable, Sendable {
        /// Members whose directions were evaluated: all eligible ones, or those with the lowest sample order.
        public var sampled: Int64 = 0
        /// The mean cosine to the own centroid. Unassigned members count with the nearest one.
        public var similarity: Int64 = 0
        /// The same figure of batch spherical k-means (best of ten) over the same directions and number of clusters,
        /// and the ratio.
        public var batchSimilarity: Int64?
        public var objective: Int64?
        /// The simplified silhouette of the clusters, the best of batch k-means with any number of clusters, and that number.
        public var silhouette: Int64?
        public var batchSilhouette: Int64?
        public var batchClusters: Int64?
        /// Agreement with the given truth (Hubert and Arabie, 1985; Vinh, Epps and Bailey, 2010), over viewers with one
        /// group.
        public var adjustedRand: Int64?
        public var adjustedMutualInformation: Int64?
        public var judged: Int64?
        /// Moves per eligible member and day of event time, and the share of moves that undo the previous one.
        public var movesPerDay: Int64 = 0
        public var returned: Int64 = 0
        /// The share of eligible members that are unassigned.
        public var unassigned: Int64 = 0

        public init() {}
    }

    /// Member changes over the whole input, including those after the last model.
    public struct Totals: Codable, Equatable, Sendable {
        public var joined: Int64 = 0
        public var moved: Int64 = 0
        public var left: Int64 = 0
        public var erased: Int64 = 0
        /// Moves that undo the member's previous move.
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
    /// One row per model that includes epoch deltas.
    public var rows: [Row] = []
    public var lifecycle: [Lifecycle] = []
    /// Clusters in ascending order.
    public var clusters: [Cluster] = []
    public var flows: Flows?
    public var quality = Quality()
    /// The topics that go with a neutralized category of the policy at the end, and count in no direction; nil if none does.
    public var companions: [String]?
    /// SHA-256 over the content hashes of all models. Replays with equal digests made equal decisions.
    public var digest = ""
    /// Whether the replay was stopped before the end of its input.
    public var isInterrupted = false
    /// Notes for the reader, such as why nothing was published, or that a partition stayed in genesis.
    public var notes: [String] = []

    public init() {}
}
