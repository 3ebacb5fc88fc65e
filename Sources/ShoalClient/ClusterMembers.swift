public import Kafka
public import Schemas
import Synchronization

/// Which cluster each member is in: the table that the compacted topic `members.topic` holds, in memory, kept up to date.
///
///     let members = ClusterMembers(
///         kafka: ClientConfiguration(["bootstrap.servers": "localhost:9092"]), topic: "cluster-members")
///     try await members.catchUp()
///     print(members.count, members.sizes)
///     for try await update in members {
///         // members[update.member] is as the update says, or newer.
///     }
///
/// Nothing is read unless somebody waits for it, in `catchUp` or in the loop: whoever is slow slows the reading down. Reading the
/// table costs nobody else anything. About 60 bytes of memory a member.
public final class ClusterMembers: AsyncSequence, Sendable {
    /// What became of a member.
    public struct Update: Sendable {
        /// The pseudonym.
        public var member: UInt128
        /// nil: the member is in no cluster any more.
        public var membership: Membership?
        /// What the table held before.
        public var before: Membership?
    }

    private let table: MemberTable
    private let reading: MemberReading

    /// - Parameters:
    ///   - kafka: librdkafka's settings; only committed records are read, whatever they say.
    ///   - topic: the pipeline's `members.topic`.
    ///   - onInvalidRecord: called for each record that is no membership, which is then skipped. nil: `next` and `catchUp`
    ///     throw `InvalidRecord`.
    public init(
        kafka: ClientConfiguration, topic: String, onInvalidRecord: (@Sendable (InvalidRecord) -> Void)? = nil
    ) {
        table = MemberTable()
        reading = MemberReading(kafka: kafka, topic: topic, table: table, onInvalidRecord: onInvalidRecord)
    }

    // MARK: - The table

    /// The member's cluster and where it comes from; nil: in none.
    public subscript(member: UInt128) -> Membership? { table.state.withLock { $0.members[member] } }

    /// Members in any cluster.
    public var count: Int { table.state.withLock { $0.members.count } }

    /// Members by cluster; those without any are not there.
    public var sizes: [UInt32: Int] { table.state.withLock { $0.sizes } }

    /// The members of a cluster; goes through all.
    public func members(of cluster: UInt32) -> [UInt128] {
        table.state.withLock { state in state.members.compactMap { $1.cluster == cluster ? $0 : nil } }
    }

    /// A copy of the whole table as it is now.
    public var snapshot: [UInt128: Membership] { table.state.withLock { $0.members } }

    /// Whether the table holds all that was there when it was first read.
    public var isCaughtUp: Bool { table.state.withLock { $0.isCaughtUp } }

    // MARK: - Keeping it up to date

    /// Reads until `isCaughtUp`.
    /// - Throws: as `Iterator.next`.
    public func catchUp() async throws {
        while !isCaughtUp {
            _ = try await next(timeout: .milliseconds(100))
            try Task.checkCancellation()
        }
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(members: self)
    }

    /// Gives each update after it has come into the table. Several may be at work; each update goes to one of them.
    public struct Iterator: AsyncIteratorProtocol {
        let members: ClusterMembers

        /// The next update; waits for it.
        /// - Throws: `KafkaError`; `UnknownTopic`; `TopicReplaced`; `InvalidRecord` for an invalid record;
        ///   `CancellationError`. A view
        ///   that has thrown one of the first throws it again: make another.
        public mutating func next() async throws -> Update? {
            while true {
                if let update = try await members.next(timeout: .seconds(1)) { return update }
                try Task.checkCancellation()
            }
        }
    }

    /// The next update; nil when none has come in time.
    /// - Throws: as `Iterator.next`.
    public func next(timeout: Duration) async throws -> Update? {
        try await reading.next(timeout: timeout)
    }
}

/// The table, which the reading fills.
final class MemberTable: Sendable {
    struct State {
        var members: [UInt128: Membership] = [:]
        var sizes: [UInt32: Int] = [:]
        var isCaughtUp = false
    }

    let state = Mutex(State())

    func update(_ member: UInt128, _ membership: Membership?) -> ClusterMembers.Update {
        state.withLock { state in
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

/// Reads the topic, one record at a time for whoever asks.
actor MemberReading {
    private let kafka: ClientConfiguration
    private let topic: String
    private let table: MemberTable
    private let onInvalidRecord: (@Sendable (InvalidRecord) -> Void)?
    private var feed: TopicFeed?
    private var isOpening = false
    /// What ended the reading, behind what waits.
    private var failure: (any Error)?
    /// The last one is the next.
    private var waiting: [(member: UInt128, membership: Membership?)] = []

    init(
        kafka: ClientConfiguration, topic: String, table: MemberTable,
        onInvalidRecord: (@Sendable (InvalidRecord) -> Void)?
    ) {
        self.kafka = kafka
        self.topic = topic
        self.table = table
        self.onInvalidRecord = onInvalidRecord
    }

    func next(timeout: Duration) async throws -> ClusterMembers.Update? {
        let deadline = ContinuousClock.now + timeout
        while true {
            if let feed {
                if waiting.isEmpty {
                    if let failure { throw failure }
                    fill(feed)
                }
                // In the table before anybody else asks: the order of updates is that of the topic.
                let update = waiting.popLast().map { table.update($0.member, $0.membership) }
                let isNews = waiting.isEmpty && feed.isAtEnd && noteCaughtUp()
                if update != nil || isNews { return update }
                do { try await feed.check() } catch { failure = error }
            } else if !isOpening {
                try await open()
                continue
            }
            guard ContinuousClock.now < deadline else { return nil }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// - Returns: whether that is new.
    private func noteCaughtUp() -> Bool {
        table.state.withLock { state in
            defer { state.isCaughtUp = true }
            return !state.isCaughtUp
        }
    }

    private func open() async throws {
        isOpening = true
        defer { isOpening = false }
        feed = try await TopicFeed(topic, kafka) { _, _, marks, _ in marks.low }
    }

    private func fill(_ feed: TopicFeed) {
        do {
            try feed.poll { partition, batch, index in
                do throws(ProtoError) {
                    waiting.append(try Self.entry(batch.keyBytes(index), batch.valueBytes(index)))
                } catch {
                    let record = InvalidRecord(
                        topic: topic, partition: partition, offset: batch.offset(index), reason: error)
                    guard let skip = onInvalidRecord else { throw record }
                    skip(record)
                }
            }
        } catch {
            // What was read before it comes into the table first.
            failure = error
        }
        waiting.reverse()
    }

    private static func entry(
        _ key: [UInt8]?, _ value: [UInt8]?
    ) throws(ProtoError) -> (member: UInt128, membership: Membership?) {
        guard let key, key.count == 32, let member = UInt128(String(decoding: key, as: UTF8.self), radix: 16) else {
            throw .badValue
        }
        guard let value else { return (member, nil) }
        return (member, try Membership(value))
    }
}
