public import ShoalKafka
public import ShoalSchemas
import Synchronization

/// The description of each published cluster: an in-memory table of the compacted topic `clusters.topic`, kept up to date.
///
///     let clusters = ClusterDescriptions(
///         kafka: ClientConfiguration(["bootstrap.servers": "localhost:9092"]), topic: "clusters")
///     try await clusters.catchUp()
///     print(clusters[7]?.leadingTopics ?? [])
///     for try await update in clusters {
///         // clusters[update.cluster] is as in the update, or newer.
///     }
///
/// Records are read only while `catchUp` or an iterator waits. Reading the table does not block.
public final class ClusterDescriptions: AsyncSequence, Sendable {
    /// A change of a cluster's description.
    public struct Update: Sendable {
        public var cluster: UInt32
        /// The new description; `nil` if the cluster is not published any more.
        public var description: ClusterDescription?
        /// The previous description in the table.
        public var before: ClusterDescription?
    }

    private let table: DescriptionTable
    private let reading: TableReading<DescriptionTable>

    /// - Parameters:
    ///   - kafka: librdkafka's properties. Only committed records are read in any case.
    ///   - topic: The application's `clusters.topic`.
    ///   - onInvalidRecord: Called for each record that cannot be decoded as a description, which is then skipped. If nil,
    ///     `next` and `catchUp` throw `InvalidRecord`.
    public init(
        kafka: ClientConfiguration, topic: String, onInvalidRecord: (@Sendable (InvalidRecord) -> Void)? = nil
    ) {
        table = DescriptionTable()
        reading = TableReading(kafka: kafka, topic: topic, table: table, onInvalidRecord: onInvalidRecord)
    }

    // MARK: - The table

    /// Returns the description of a cluster; `nil` if it is not published.
    public subscript(cluster: UInt32) -> ClusterDescription? { table.clusters.withLock { $0[cluster] } }

    /// The number of published clusters.
    public var count: Int { table.clusters.withLock(\.count) }

    /// A copy of the current table.
    public var snapshot: [UInt32: ClusterDescription] { table.clusters.withLock(\.self) }

    /// Whether the table contains all records that existed when it was first read.
    public var isCaughtUp: Bool { reading.isCaughtUp }

    // MARK: - Updates

    /// Reads until `isCaughtUp`.
    /// - Throws: See `Iterator.next`.
    public func catchUp() async throws {
        try await reading.catchUp()
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(clusters: self)
    }

    /// Returns each update after it has been applied to the table. With several iterators, each update goes to one of
    /// them.
    public struct Iterator: AsyncIteratorProtocol {
        let clusters: ClusterDescriptions

        /// Waits for the next update and returns it.
        /// - Throws: As `ClusterMembers.Iterator.next`.
        public mutating func next() async throws -> Update? {
            try await clusters.reading.next()
        }
    }

    /// Returns the next update, or `nil` if none arrives in time.
    /// - Throws: See `Iterator.next`.
    public func next(timeout: Duration) async throws -> Update? {
        try await reading.next(timeout: timeout)
    }
}

/// The table, shared by the view and the reading actor.
private final class DescriptionTable: CompactedTable {
    let clusters = Mutex<[UInt32: ClusterDescription]>([:])

    static func entry(
        _ key: [UInt8]?, _ value: [UInt8]?
    ) throws(ProtoError) -> (cluster: UInt32, value: ClusterDescription?) {
        try ClusterDescription.entry(key, value)
    }

    func apply(_ entry: (cluster: UInt32, value: ClusterDescription?)) -> ClusterDescriptions.Update {
        let (cluster, description) = entry
        return clusters.withLock { clusters in
            let before = clusters.removeValue(forKey: cluster)
            clusters[cluster] = description
            return ClusterDescriptions.Update(cluster: cluster, description: description, before: before)
        }
    }
}
