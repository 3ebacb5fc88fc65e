import Foundation
import ShoalKafka
import TestSupport
import Testing

extension MainJob {
    @Suite(
        "Input deleted by retention while the instance is stopped", .serialized,
        .enabled(if: TestBroker.hasTools, "needs Apache Kafka, started by the tests"))
    struct RetentionTests {
        /// Returns a stopped application that has used up its input, and the records that follow.
        private func stopped() async throws -> (Application, later: ArraySlice<InputStream.Record>) {
            let broker = try await TestBroker.shared(TestBroker.convincing)
            let application = try Application(broker, "retention", topics: InputStream.topics)
            try await application.createTopics(partitions: 2)
            let records = InputStream(seed: 51, viewers: 160, epochs: 10, watches: 1).records
            let middle = records.count / 2
            try InputStream.publish(records[..<middle], to: application.input, broker)
            let instance = try application.start()
            try await application.settle([instance])
            try await application.waitForSnapshots(instance)
            #expect(try await instance.stop() == 0)
            return (application, records[middle...])
        }

        @Test("missing data in the unread input ends every start with status 72 and a remedy")
        func hole() async throws {
            let (application, later) = try await stopped()
            let before = try await application.sortedChanges()
            try InputStream.publish(later, to: application.input, application.broker)
            try application.deleteRecords(of: application.input, before: [1: -1])
            for _ in 0..<2 {
                let instance = try application.start()
                let status = try await instance.waitForEnd()
                #expect(status == 72, "\(status): \(instance.log)")
                for text in ["were deleted before they were read", "Raise retention.ms"] {
                    #expect(instance.log.contains(text), "\(instance.log)")
                }
            }
            // The other partition may have continued before. Its published changes remain valid.
            let after = try await application.sortedChanges()
            #expect(Set(after).isSuperset(of: before))
        }

        @Test("input covered by the last snapshot may be deleted")
        func covered() async throws {
            let (application, later) = try await stopped()
            try application.deleteRecords(of: application.input, before: [0: -1, 1: -1])
            let said = try await application.deltaEnd()
            let before = try await application.sortedChanges().count
            try InputStream.publish(later, to: application.input, application.broker)
            let instance = try application.start()
            try await application.settle([instance], since: said)
            #expect(try await instance.stop() == 0)
            #expect(try await application.sortedChanges().count > before)
        }
    }
}
