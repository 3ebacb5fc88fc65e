/// Why a member stands, or stood, where he does: the steps that changed what is told of him, or that were asked for.
///
/// Similarities are millionths of a cosine, shares millionths of a profile; times milliseconds since 1970.
public struct ExplainReport: Codable, Equatable, Sendable {
    public struct Topic: Codable, Equatable, Sendable {
        public var name: String
        public var share: Int64
    }

    public struct Score: Codable, Equatable, Sendable {
        public var cluster: UInt32
        public var similarity: Int64
        /// A cluster that is too small to be published.
        public var isWithheld: Bool
    }

    /// What a decision reads.
    public struct State: Codable, Equatable, Sendable {
        /// 0: in no cluster; nil: not eligible.
        public var cluster: UInt32?
        /// What is published of it.
        public var outside: UInt32
        public var events: UInt32
        /// The heaviest first.
        public var topics: [Topic]
        /// The best first, five at most.
        public var scores: [Score]
        /// That of the cluster that he is in.
        public var own: Int64?
        /// What a cluster has to reach for him to join it; by how much another has to be better than the own one; by how much more
        /// the one that he came from; below what he leaves.
        public var joins: Int64
        public var moves: Int64
        public var returns: Int64
        public var leaves: Int64
    }

    /// An event of the member, or the opening of an epoch that looked at him.
    public struct Step: Codable, Equatable, Sendable {
        /// `event`, or `opening`.
        public var kind: String
        public var inputPartition: Int32
        public var inputOffset: Int64
        public var eventTime: Int64?
        /// The event's topics, and what part of it was watched.
        public var topics: [Topic]
        public var watched: Int64?
        public var duration: Int64?
        /// The model that decided; nil: the genesis model.
        public var modelVersion: Int64?
        public var before: State?
        public var after: State?

        /// Whether what is published of the member changed.
        public var isChange: Bool { (before?.outside ?? 0) != (after?.outside ?? 0) }
    }

    /// The pseudonym, 32 hexadecimal digits.
    public var member: String
    /// In order; the last ones, where there are many.
    public var steps: [Step]
    /// Events of the member in all, or since the checkpoints.
    public var events: Int64
    /// Whether it began at checkpoints: what was before is not told.
    public var isFromCheckpoint: Bool

    public init(member: String, steps: [Step], events: Int64, isFromCheckpoint: Bool = false) {
        self.member = member
        self.steps = steps
        self.events = events
        self.isFromCheckpoint = isFromCheckpoint
    }
}
