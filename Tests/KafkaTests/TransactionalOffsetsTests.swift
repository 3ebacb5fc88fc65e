import ShoalKafka
import Testing

@Suite("Positions of transactions on the embedded broker")
struct TransactionalOffsetsTests {
    /// Joins the group and waits for the assignment.
    private func member(_ configuration: ClientConfiguration, _ instance: String) async throws -> GroupMember {
        let member = try GroupMember(configuration, group: "group", instance: instance, topics: ["events"])
        let end = ContinuousClock.now + .seconds(60)
        var isAssigned = false
        while !isAssigned, ContinuousClock.now < end {
            if case .assigned = member.poll(timeout: .milliseconds(20)) { isAssigned = true }
            try await Task.sleep(for: .milliseconds(1))
        }
        try #require(isAssigned)
        try member.acknowledgeAssignment()
        return member
    }

    @Test("those of a committed transaction are seen by another member, those of an aborted one are not")
    func kept() async throws {
        let (second, partition) = (Duration.seconds(10), TopicPartition("events", 0))
        let cluster = try MockCluster()
        try cluster.createTopic("events", partitions: 1)
        var configuration = ClientConfiguration([
            "bootstrap.servers": cluster.bootstrapServers, "session.timeout.ms": "4000",
        ])
        configuration.offsets = TransactionalOffsets()
        var member = try await member(configuration, "a")
        #expect(try member.committed([partition], timeout: second).isEmpty)
        let producer = try Producer(configuration, transactionalID: "id", transactionTimeout: second)
        try producer.initTransactions(timeout: second)
        let offset = PartitionOffset(partition, offset: 42, metadata: "v1;open=413")
        try producer.begin()
        try producer.sendOffsets([offset], group: member.metadata(), timeout: second)
        #expect(try member.committed([partition], timeout: second).isEmpty, "the transaction is open")
        try producer.commit(timeout: second)
        try producer.begin()
        try producer.sendOffsets(
            [PartitionOffset(partition, offset: 50, metadata: "")], group: member.metadata(), timeout: second)
        try producer.abort(timeout: second)
        try producer.begin()
        try producer.commit(timeout: second)
        member.close(timeout: second)
        member = try await self.member(configuration, "b")
        #expect(try member.committed([partition], timeout: second) == [partition: offset])
        #expect(try member.committed([TopicPartition("events", 1)], timeout: second).isEmpty)
        member.close(timeout: second)
    }
}
