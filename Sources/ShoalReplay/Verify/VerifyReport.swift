/// The result of comparing a live run with its replay.
public struct VerifyReport: Codable, Equatable, Sendable {
    /// The compared range of a partition, up to its committed position.
    public struct Partition: Codable, Equatable, Sendable {
        public var partition: Int32
        /// Whether it begins at a checkpoint instead of the application's start.
        public var isFromCheckpoint = false
        /// The offset from which changes are compared: the application's first, or the checkpoint's.
        public var from: Int64
        public var to: Int64
        /// The phase as in the commit's metadata: `v1;open=412`.
        public var phase: String
    }

    public var application = ""
    public var isIdentical: Bool { differences.isEmpty }
    public var partitions: [Partition] = []
    public var events: Int64 = 0
    /// The numbers of equal changes (by bytes) and models (by content).
    public var changes: Int64 = 0
    public var models: Int64 = 0
    /// The last version taken as recorded, because the checkpoints are later than its deltas; `nil` if all models were
    /// computed.
    public var givenModel: Int64?
    /// The version of the last compared model.
    public var lastModel: Int64?
    /// Changes that were published before the checkpoints, or under a model taken as recorded. They were not compared.
    public var earlier: Int64 = 0
    /// Changes that retention has deleted from the output topic, so that they cannot be compared.
    public var gone: Int64 = 0
    /// The first difference of each partition, of the models, and of the lifecycle changes.
    public var differences: [Difference] = []
    public var notes: [String] = []

    public init() {}
}
