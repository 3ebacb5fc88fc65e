/// What a comparison of a live run with its replay found.
public struct VerifyReport: Codable, Equatable, Sendable {
    /// Where a partition's comparison ended: its committed position.
    public struct Partition: Codable, Equatable, Sendable {
        public var partition: Int32
        /// Whether it begins at a checkpoint, and not with the application.
        public var isFromCheckpoint = false
        /// From here on changes are compared: the application's first offset, or the checkpoint's.
        public var from: Int64
        public var to: Int64
        /// As the commit's metadata has it: `v1;open=412`.
        public var phase: String
    }

    public var application = ""
    public var isIdentical: Bool { differences.isEmpty }
    public var partitions: [Partition] = []
    public var events: Int64 = 0
    /// Changes and models that are the same, to the byte and by their content.
    public var changes: Int64 = 0
    public var models: Int64 = 0
    /// Models up to this version were taken as they were recorded, since the checkpoints lie behind what they include; nil: all
    /// were computed.
    public var givenModel: Int64?
    /// The last model's version that was compared.
    public var lastModel: Int64?
    /// Changes that were published before the checkpoints, or under a model that was taken as recorded: they were not compared.
    public var earlier: Int64 = 0
    /// Changes that retention has taken from the output topic: nobody can compare them.
    public var gone: Int64 = 0
    /// The first of each partition, of the models, and of the changes of clusters.
    public var differences: [Difference] = []
    public var notes: [String] = []

    public init() {}
}
