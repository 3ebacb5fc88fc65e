import Foundation
import ShoalKafka
import TestSupport
import Testing

@Suite("Another program in the consumer group", .enabled(if: TestBroker.hasApache, "needs Apache Kafka"))
struct ForeignConsumerTests {
    @Test("it is named by probes, metrics, log and status, and what it commits is refused")
    func foreign() async throws {
        let application = try await ObservedApplication(TestBroker.convincing)
        try application.createTopics(partitions: 2)
        let settings = ObservedApplication.short.merging(["instance.id": "anna"]) { $1 }
        let process = try application.run(settings)
        let port = try await application.port(process)
        try await application.wait(port, "/readyz", for: 200)
        try await application.publish()
        _ = try await application.status { $0["lag"] as? Int == 0 }

        let client = application.broker.configuration(["client.id": "stranger"])
        let member = try GroupMember(client, group: application.name, instance: nil, topics: ["\(application.name)-in"])
        let taken = try await Self.assignment(of: member)
        #expect(!taken.isEmpty)
        let end = ContinuousClock.now + patience
        while true {
            let ready = try await http(port, "/readyz")
            if ready.status == 503, ready.body.contains("client \"stranger\" at ") { break }
            guard ContinuousClock.now < end else { throw ProcessMisbehaved(description: ready.body) }
            try await Task.sleep(for: .milliseconds(50))
        }
        _ = try await application.metrics(port) { $0["shoal_foreign_members"] == 1 && $0["shoal_ready"] == 0 }
        try await process.waitForLog("a foreign member is in the consumer group")
        let check = try shoal(["status", "--check"] + application.settings())
        #expect(check.status == 2, "\(check.output)")
        #expect(
            check.output.contains("a foreign member is in group \(application.name): client \"stranger\""),
            "\(check.output)")

        let producer = try Producer(
            application.broker.configuration(), transactionalID: "\(application.name)-stranger",
            transactionTimeout: .seconds(30))
        try producer.initTransactions(timeout: .seconds(10))
        try producer.begin()
        let offsets = taken.map { PartitionOffset($0, offset: 1, metadata: "") }
        try producer.sendOffsets(offsets, group: try member.metadata(), timeout: .seconds(10))
        try producer.commit(timeout: .seconds(10))
        member.close(timeout: .seconds(5))
        let status = try await process.waitForEnd()
        #expect(status == 70, "\(process.log)")
        #expect(process.log.contains("another program commits as group \(application.name)"), "\(process.log)")
        #expect(process.log.contains("\(application.name)-in partition \(taken[0].partition)"), "\(process.log)")
    }

    /// Waits for the first assignment of a member that is not empty.
    private static func assignment(of member: GroupMember) async throws -> [TopicPartition] {
        let end = ContinuousClock.now + patience
        while ContinuousClock.now < end {
            switch member.poll(timeout: .milliseconds(100)) {
            case .assigned(let partitions):
                try member.acknowledgeAssignment()
                if !partitions.isEmpty { return partitions }
            case .revoked: try member.acknowledgeRevocation()
            case .failed(let error): throw error
            case nil: continue
            }
        }
        throw ProcessMisbehaved(description: "no assignment")
    }
}
