public import ShoalKafka
public import ShoalSchemas
import Synchronization

/// The cluster of each member: an in-memory table of the compacted topic `members.topic`, kept up to date.
///
///     let members = ClusterMembers(
///         kafka: ClientConfiguration(["bootstrap.servers": "localhost:9092"]), topic: "cluster-members")
///     try await members.catchUp()
///     print(members.count, members.sizes)
///     for try await update in members {
///         // members[update.member] is as in the update, or newer.
///     }
///
/// Records are read only while `catchUp` or an iterator waits. Reading the table does not block. A member needs about
/// 60 bytes of memory.
public final class ClusterMembers: AsyncSequence, Sendable {
    /// A change of a member's cluster.
    public struct Update: Sendable {
        /// The pseudonym.
        public var member: UInt128
        /// The new membership; `nil` if the member has no cluster.
        public var membership: Membership?
        /// The previous membership in the table.
        public var before: Membership?
    }

    private let table: MemberTable
    private let reading: TableReading<MemberTable>

    /// - Parameters:
    ///   - kafka: librdkafka's properties. Only committed records are read in any case.
    ///   - topic: The application's `members.topic`.
    ///   - onInvalidRecord: Called for each record that cannot be decoded as a membership, which is then skipped. If
    ///     nil, `next` and `catchUp` throw `InvalidRecord`.
    public init(
        kafka: ClientConfiguration, topic: String, onInvalidRecord: (@Sendable (InvalidRecord) -> Void)? = nil
    ) {
        table = MemberTable()
        reading = TableReading(kafka: kafka, topic: topic, table: table, onInvalidRecord: onInvalidRecord)
    }

    // MARK: - The table

    /// Returns the membership of a member; `nil` if it has no cluster.
    public subscript(member: UInt128) -> Membership? { table.state.withLock { $0.members[member] } }

    /// The number of members with a cluster.
    public var count: Int { table.state.withLock { $0.members.count } }

    /// The number of members of each cluster that has any.
    public var sizes: [UInt32: Int] { table.state.withLock { $0.sizes } }

    /// Returns the members of a cluster. Visits all members.
    public func members(of cluster: UInt32) -> [UInt128] {
        table.state.withLock { state in state.members.compactMap { $1.cluster == cluster ? $0 : nil } }
    }

    /// A copy of the current table.
    public var snapshot: [UInt128: Membership] { table.state.withLock { $0.members } }

    /// Whether the table contains all records that existed when it was first read.
    public var isCaughtUp: Bool { reading.isCaughtUp }

    // MARK: - Updates

    /// Reads until `isCaughtUp`.
    /// - Throws: See `Iterator.next`.
    public func catchUp() async throws {
        try await reading.catchUp()
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(members: self)
    }

    /// Returns each update after it has been applied to the table. With several iterators, each update goes to one of
    /// them.
    public struct Iterator: AsyncIteratorProtocol {
        let members: ClusterMembers

        /// Waits for the next update and returns it.
        /// - Throws: `KafkaError`; `UnknownTopic`; `TopicReplaced`; `InvalidRecord` for an invalid record;
        ///   `CancellationError`. After any error but the last, the view throws the same error again; create a new
        ///   view.
        public mutating func next() async throws -> Update? {
            try await members.reading.next()
        }
    }

    /// Returns the next update, or `nil` if none arrives in time.
    /// - Throws: See `Iterator.next`.
    public func next(timeout: Duration) async throws -> Update? {
        try await reading.next(timeout: timeout)
    }
}

/// The table, shared by the view and the reading actor.
final class MemberTable: CompactedTable {
    struct State {
        var members: [UInt128: Membership] = [:]
        var sizes: [UInt32: Int] = [:]
    }

    let state = Mutex(State())

    static func entry(
        _ key: [UInt8]?, _ value: [UInt8]?
    ) throws(ProtoError) -> (member: UInt128, membership: Membership?) {
        guard let key, key.count == 32, let member = UInt128(String(decoding: key, as: UTF8.self), radix: 16) else {
            throw .badValue
        }
        guard let value else { return (member, nil) }
        return (member, try Membership(value))
    }

    func apply(_ entry: (member: UInt128, membership: Membership?)) -> ClusterMembers.Update {
        let (member, membership) = entry
        return state.withLock { state in
            let before = state.members.removeValue(forKey: member)
            if let before, let size = state.sizes[before.cluster] {
                state.sizes[before.cluster] = size > 1 ? size - 1 : nil
            }
            if let membership {
                state.members[member] = membership
                state.sizes[membership.cluster, default: 0] += 1
            }
            return ClusterMembers.Update(member: member, membership: membership, before: before)
        }
    }
}
