/// The reasons for a member's assignment: the steps that changed its published cluster, or the requested ones.
///
/// Similarities are millionths of a cosine, shares millionths of a profile. Times are milliseconds since 1970.
public struct ExplainReport: Codable, Equatable, Sendable {
    public struct Topic: Codable, Equatable, Sendable {
        public var name: String
        public var share: Int64
    }

    public struct Score: Codable, Equatable, Sendable {
        public var cluster: UInt32
        public var similarity: Int64
        /// Whether the cluster is suppressed because it is too small.
        public var isWithheld: Bool
    }

    /// The values that a decision uses.
    public struct State: Codable, Equatable, Sendable {
        /// The cluster; 0 if unassigned, `nil` if not eligible.
        public var cluster: UInt32?
        /// The cluster in which the member belongs for subscribers, and that in which it was last published; 0 for none.
        public var publishedCluster: UInt32
        public var lastPublished: UInt32
        public var events: UInt32
        /// Topics in descending order of weight.
        public var topics: [Topic]
        /// Scores in descending order, at most five.
        public var scores: [Score]
        /// The score of the member's cluster.
        public var own: Int64?
        /// Thresholds: the score required to join a cluster; the required advantage over the own cluster; the
        /// additional advantage for the previous cluster; and the score below which the member leaves.
        public var joins: Int64
        public var moves: Int64
        public var returns: Int64
        public var leaves: Int64

        enum CodingKeys: String, CodingKey {
            case cluster, events, topics, scores, own, joins, moves, returns, leaves
            case publishedCluster = "outside"
            case lastPublished = "published"
        }
    }

    /// An event of the member, or the opening of an epoch that reassigned it.
    public struct Step: Codable, Equatable, Sendable {
        /// `event`, or `opening`.
        public var kind: String
        public var inputPartition: Int32
        public var inputOffset: Int64
        public var eventTime: Int64?
        /// The event's topics, and the watched share.
        public var topics: [Topic]
        public var watched: Int64?
        public var duration: Int64?
        /// The deciding model; `nil` for the genesis model.
        public var modelVersion: Int64?
        public var before: State?
        public var after: State?

        /// Whether a change of the member was published.
        public var isPublished: Bool { (before?.lastPublished ?? 0) != (after?.lastPublished ?? 0) }
        /// Whether that is so, or the member moved to where it is published later.
        public var isChange: Bool {
            isPublished || (before?.publishedCluster ?? 0) != (after?.publishedCluster ?? 0)
        }
    }

    /// The pseudonym, 32 hexadecimal digits.
    public var member: String
    /// Steps in order. If there are many, only the last ones.
    public var steps: [Step]
    /// The number of the member's events, or of those since the checkpoints.
    public var events: Int64
    /// Whether the replay began at checkpoints, so that earlier steps are missing.
    public var isFromCheckpoint: Bool

    public init(member: String, steps: [Step], events: Int64, isFromCheckpoint: Bool = false) {
        self.member = member
        self.steps = steps
        self.events = events
        self.isFromCheckpoint = isFromCheckpoint
    }
}
