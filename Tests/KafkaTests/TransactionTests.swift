import Foundation
import ShoalKafka
import TestSupport
import Testing

@Suite("Transactions on a broker", .tags(.broker))
struct TransactionTests {
    private let second = Duration.seconds(10)

    private func name(_ prefix: String) -> String { "\(prefix)-\(UUID().uuidString.prefix(8))" }

    private func producer(_ broker: TestBroker, _ id: String) throws -> Producer {
        let producer = try Producer(broker.configuration(), transactionalID: id, transactionTimeout: second)
        try producer.initTransactions(timeout: .seconds(30))
        return producer
    }

    /// Joins the group and waits for the assignment.
    private func member(_ broker: TestBroker, group: String, topics: [String]) async throws -> GroupMember {
        let member = try GroupMember(
            broker.configuration(["session.timeout.ms": "6000", "heartbeat.interval.ms": "500"]), group: group,
            instance: nil, topics: topics)
        let end = ContinuousClock.now + patience
        while ContinuousClock.now < end {
            if case .assigned = member.poll(timeout: .milliseconds(100)) {
                try member.acknowledgeAssignment()
                return member
            }
        }
        throw BrokerUnavailable(what: "an assignment")
    }

    @Test("only committed records are read, and the end is after the control records")
    func visibility() async throws {
        let broker = try await TestBroker.shared()
        let topic = name("visibility")
        try await broker.create([topic: 1])
        let producer = try producer(broker, name("id"))
        for (value, commits) in [("one", true), ("two", false), ("three", true), ("four", false)] {
            try producer.begin()
            try producer.produce(to: topic, key: "k", value: value)
            try producer.flush(timeout: second)
            if commits { try producer.commit(timeout: second) } else { try producer.abort(timeout: second) }
        }
        var records: [TestRecord] = []
        try await waitUntil("the last commit to be visible") {
            records = try await broker.records(of: topic)
            return records.last?.valueText == "three"
        }
        #expect(records.map(\.valueText) == ["one", "three"])
        let high = try await Admin(broker.configuration()).watermarks(of: TopicPartition(topic, 0)).high
        #expect(high > records.last.map { $0.offset + 1 } ?? 0, "control records follow the last message")
    }

    @Test("tombstones, empty values and headers arrive unchanged")
    func contents() async throws {
        let broker = try await TestBroker.shared()
        let topic = name("contents")
        try await broker.create([topic: 1])
        let producer = try Producer(broker.configuration())
        try producer.produce(to: topic, key: "a", value: nil)
        try producer.produce(to: topic, key: "b", value: "")
        let value = Array("v".utf8)
        try producer.produce(
            to: topic, key: nil, value: value.span, headers: [("reason", Array("x y".utf8)), ("empty", [])])
        try producer.flush(timeout: second)
        let records = try await broker.records(of: topic)
        #expect(records.map(\.value) == [nil, [], value])
        #expect(records.map(\.key) == [Array("a".utf8), Array("b".utf8), nil])
        #expect(records.last?.headers == ["reason": Array("x y".utf8), "empty": []])
    }

    @Test("positions are committed and read back with their phase")
    func positions() async throws {
        let broker = try await TestBroker.shared()
        let (topic, group) = (name("positions"), name("group"))
        try await broker.create([topic: 2])
        let member = try await member(broker, group: group, topics: [topic])
        let partitions = [TopicPartition(topic, 0), TopicPartition(topic, 1)]
        #expect(try member.committed(partitions, timeout: second).isEmpty)
        let producer = try producer(broker, name("id"))
        try producer.begin()
        let offset = PartitionOffset(partitions[1], offset: 42, metadata: "v1;waiting=413")
        try producer.sendOffsets([offset], group: member.metadata(), timeout: second)
        try producer.commit(timeout: second)
        var found: [TopicPartition: PartitionOffset] = [:]
        for _ in 0..<50 where found.isEmpty {
            found = try member.committed(partitions, timeout: second)
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(found == [partitions[1]: offset])
        #expect(!member.memberID.isEmpty)
        member.close(timeout: second)
    }

    @Test("a partition moves to the other member only after the revocation is acknowledged")
    func rebalance() async throws {
        let broker = try await TestBroker.shared()
        let (topic, group) = (name("rebalance"), name("group"))
        try await broker.create([topic: 2])
        let first = try await member(broker, group: group, topics: [topic])
        let second = try GroupMember(
            broker.configuration(["session.timeout.ms": "6000", "heartbeat.interval.ms": "500"]), group: group,
            instance: nil, topics: [topic])
        var (revoked, held): ([TopicPartition], [TopicPartition]) = ([], [])
        var other: [TopicPartition] = []
        let end = ContinuousClock.now + patience
        var revokedAt: ContinuousClock.Instant?
        while other.isEmpty || held.isEmpty, ContinuousClock.now < end {
            switch first.poll(timeout: .milliseconds(20)) {
            case .revoked(let partitions, let lost):
                #expect(!lost)
                revoked = partitions
                revokedAt = .now
            case .assigned(let partitions):
                held = partitions
                try first.acknowledgeAssignment()
            default: break
            }
            if let since = revokedAt, ContinuousClock.now - since > .milliseconds(700) {
                #expect(other.isEmpty, "nobody gets what has not been let go")
                try first.acknowledgeRevocation()
                revokedAt = nil
            }
            if case .assigned(let partitions) = second.poll(timeout: .milliseconds(20)) {
                #expect(revokedAt == nil)
                other = partitions
                try second.acknowledgeAssignment()
            }
        }
        #expect(revoked.count == 2)
        #expect(held.count == 1 && other.count == 1 && held != other)
        first.close(timeout: .seconds(5))
        second.close(timeout: .seconds(5))
    }

    @Test("offsets of a stale generation are refused", .enabled(if: TestBroker.hasApache, "needs Apache Kafka"))
    func staleGeneration() async throws {
        let broker = try await TestBroker.shared(TestBroker.convincing)
        let (topic, group) = (name("stale"), name("group"))
        try await broker.create([topic: 1])
        let first = try await member(broker, group: group, topics: [topic])
        let stale = try first.metadata()
        first.close(timeout: second)
        let next = try await member(broker, group: group, topics: [topic])
        let producer = try producer(broker, name("id"))
        try producer.begin()
        let offset = PartitionOffset(TopicPartition(topic, 0), offset: 1, metadata: "v1;genesis")
        let error = #expect(throws: KafkaError.self) {
            try producer.sendOffsets([offset], group: stale, timeout: .seconds(5))
        }
        #expect(error?.isGroupLoss == true)
        #expect(error?.severity == .abortable)
        try producer.abort(timeout: second)
        next.close(timeout: second)
    }

    @Test(
        "committed positions are not returned while a transaction holds them",
        .enabled(if: TestBroker.hasApache, "needs Apache Kafka"))
    func stable() async throws {
        let broker = try await TestBroker.shared(TestBroker.convincing)
        let (topic, group) = (name("stable"), name("group"))
        try await broker.create([topic: 1])
        let member = try await member(broker, group: group, topics: [topic])
        let partition = TopicPartition(topic, 0)
        let producer = try producer(broker, name("id"))
        try producer.begin()
        let offset = PartitionOffset(partition, offset: 7, metadata: "v1;open=1")
        try producer.sendOffsets([offset], group: member.metadata(), timeout: second)
        let error = #expect(throws: KafkaError.self) {
            try member.committed([partition], timeout: .milliseconds(700))
        }
        #expect(error?.isTimeout == true)
        try producer.commit(timeout: second)
        #expect(try member.committed([partition], timeout: second) == [partition: offset])
        member.close(timeout: second)
    }

    @Test("messages live longer than their reader and its client")
    func batchOutlivesClient() async throws {
        let broker = try await TestBroker.shared()
        let topic = name("outlive")
        try await broker.create([topic: 1])
        let producer = try Producer(broker.configuration())
        for number in 0..<100 { try producer.produce(to: topic, key: nil, value: "\(number)") }
        try producer.flush(timeout: second)
        var reader: PartitionReader? = try ReaderClient(broker.configuration())
            .reader(topic: topic, partition: 0, from: 0)
        var batch = MessageBatch()
        while batch.count == 0 { batch = try reader?.poll(max: 100, timeout: .milliseconds(50)) ?? MessageBatch() }
        reader = nil
        #expect(batch.valueBytes(0) == Array("0".utf8))
    }

    @Test("reading an offset deleted by retention is an error with topic, partition and offset")
    func outOfRange() async throws {
        let broker = try await TestBroker.shared()
        let topic = name("range")
        try await broker.create([topic: 1])
        let reader = try ReaderClient(broker.configuration()).reader(topic: topic, partition: 0, from: 999)
        let end = ContinuousClock.now + patience
        var error: KafkaError?
        while error == nil, ContinuousClock.now < end {
            do throws(KafkaError) { _ = try reader.poll(max: 10, timeout: .milliseconds(50)) } catch let thrown {
                error = thrown
            }
        }
        #expect(error?.description.contains("\(topic) partition 0 at offset 999") == true)
    }
}

extension Tag {
    @Tag static var broker: Self
}
