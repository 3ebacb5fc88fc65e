/// The topics that count. A topic is its name's bytes, its number the index in `entries`.
public struct Vocabulary: Equatable, Sendable {
    public struct Entry: Equatable, Sendable {
        /// The name; `nil` if the topic is admitted but no shard has sent its name yet.
        public var name: [UInt8]?
        /// The first 16 bytes of HMAC-SHA-256(key of candidates, name), big-endian; `nil` for topics of `topics.file`.
        public var candidate: UInt128?
        /// It became sensitive, or too few viewers watched it. Its number is used again when no shard can name it any more.
        public var isRemoved = false
        /// The version that removed it; nil: the genesis model, or it is not removed.
        public var removed: Epoch?
        /// The tick since which too few viewers watch it; 0: enough do.
        public var lowSince: Int64 = 0
        /// It goes with a neutralized category: it stays in profiles, and counts in no direction and no description.
        public var isCompanion = false

        public init(name: [UInt8]?, candidate: UInt128? = nil, isRemoved: Bool = false) {
            self.name = name
            self.candidate = candidate
            self.isRemoved = isRemoved
        }

        mutating func remove(_ version: Epoch) {
            isRemoved = true
            removed = version
            lowSince = 0
            isCompanion = false
        }
    }

    public var entries: [Entry] = []

    public init() {}
}
