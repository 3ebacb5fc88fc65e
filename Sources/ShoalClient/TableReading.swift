internal import ShoalKafka
internal import ShoalSchemas
import Synchronization

/// A compacted topic as a table, shared by a view and the actor that reads the topic.
protocol CompactedTable: Sendable {
    associatedtype Entry: Sendable
    associatedtype Update: Sendable

    /// Decodes a record.
    static func entry(_ key: [UInt8]?, _ value: [UInt8]?) throws(ProtoError) -> Entry

    func apply(_ entry: Entry) -> Update
}

/// Reads a compacted topic record by record on request.
actor TableReading<Table: CompactedTable> {
    private let kafka: ClientConfiguration
    private let topic: String
    private let table: Table
    private let onInvalidRecord: (@Sendable (InvalidRecord) -> Void)?
    private var feed: TopicFeed?
    private var isOpening = false
    /// The error to be thrown after the decoded records.
    private var failure: (any Error)?
    /// Decoded records in reverse order.
    private var waiting: [Table.Entry] = []
    private let caughtUp = Mutex(false)

    init(
        kafka: ClientConfiguration, topic: String, table: Table,
        onInvalidRecord: (@Sendable (InvalidRecord) -> Void)?
    ) {
        self.kafka = kafka
        self.topic = topic
        self.table = table
        self.onInvalidRecord = onInvalidRecord
    }

    /// Whether all records that existed at first have been applied.
    nonisolated var isCaughtUp: Bool { caughtUp.withLock(\.self) }

    /// Reads until `isCaughtUp`.
    func catchUp() async throws {
        while !isCaughtUp {
            _ = try await next(timeout: .milliseconds(100))
            try Task.checkCancellation()
        }
    }

    /// Waits for the next update, and returns it after it has been applied.
    func next() async throws -> Table.Update {
        while true {
            if let update = try await next(timeout: .seconds(1)) { return update }
            try Task.checkCancellation()
        }
    }

    /// Returns the next update after it has been applied, or `nil` if none arrives in time or the table has just caught up.
    func next(timeout: Duration) async throws -> Table.Update? {
        let deadline = ContinuousClock.now + timeout
        while true {
            if let feed {
                if waiting.isEmpty {
                    if let failure { throw failure }
                    fill(feed)
                }
                // Applied before the next request, so that updates keep the topic's order.
                let update = waiting.popLast().map { table.apply($0) }
                let isNews = waiting.isEmpty && failure == nil && feed.isAtEnd && noteCaughtUp()
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

    /// - Returns: Whether this was the first time.
    private func noteCaughtUp() -> Bool {
        caughtUp.withLock { isCaughtUp in
            defer { isCaughtUp = true }
            return !isCaughtUp
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
                    waiting.append(try Table.entry(batch.keyBytes(index), batch.valueBytes(index)))
                } catch {
                    let record = InvalidRecord(
                        topic: topic, partition: partition, offset: batch.offset(index), reason: error)
                    guard let skip = onInvalidRecord else { throw record }
                    skip(record)
                }
            }
        } catch {
            // Records read before the error are applied first.
            failure = error
        }
        waiting.reverse()
    }
}
