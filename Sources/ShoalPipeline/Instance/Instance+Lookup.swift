internal import ShoalClustering
internal import ShoalKafka

extension Instance {
    /// Where a viewer is published.
    public struct Place: Equatable, Sendable {
        /// The published cluster; nil: none, as of viewers that were never seen.
        public var cluster: UInt32?
        /// The version of the model of the open epoch; nil in genesis.
        public var model: Int64?
        /// The published pseudonym, 32 hexadecimal digits.
        public var pseudonym: String
        /// The topics of the viewer's profile, the one watched most first; empty without a cluster. Nobody may be told those that the
        /// cluster's description does not name.
        public var topics: [String]
    }

    /// The answer to a question for a viewer.
    public enum Lookup: Equatable, Sendable {
        case found(Place)
        /// Another instance has the viewer's partition; its host is given as the group's coordinator names it; nil: no instance
        /// has it yet.
        case elsewhere(host: String?)
        /// The partitioner is not known, so that the viewer's partition is not, either.
        case unknownPartition
    }

    /// Finds a viewer. Shows nothing of clusters that are suppressed.
    /// - Throws: `KafkaError`.
    public func find(_ viewer: String) async throws -> Lookup {
        let (options, admin) = (dependencies.options, dependencies.admin)
        let bytes = Array(viewer.utf8)
        guard let partitioner = options.settings.fixed.partitioner.ofKeys, let count = try await inputPartitions(),
            let partition = partitioner.partition(of: bytes.span, count: count)
        else { return .unknownPartition }
        if let shard = dependencies.shards[partition] {
            return .found(await shard.place(of: options.key.storedPseudonym(of: bytes)))
        }
        let group = try await admin.describe(group: options.application)
        let wanted = TopicPartition(options.topics.input, partition)
        // This one is named until it has taken its partitions over.
        let owner = group.members.first { $0.partitions.contains(wanted) && $0.instance != options.instance }
        return .elsewhere(host: owner.map { String($0.host.drop { $0 == "/" }) })
    }

    /// The number of input partitions, which never changes while an instance works.
    private func inputPartitions() async throws -> Int32? {
        if let known = statistics.snapshot.brokers.inputPartitions { return known }
        return try await dependencies.admin.partitions(of: dependencies.options.topics.input, timeout: .seconds(10))
    }
}
