import Foundation
import ShoalKafka
import TestSupport
import Testing

extension MainJob {
    @Suite(
        "Missing data ends an instance with status 72 and a remedy", .serialized,
        .enabled(if: TestBroker.hasTools, "needs Apache Kafka and its tools"))
    struct GoneTests {
        private let application: Application

        init() async throws {
            // A group can be deleted only after the session of its static member has ended. The application has not
            // written a snapshot yet.
            application = try await Application.begun(
                on: TestBroker.convincing,
                settings: [
                    "kafka.session.timeout.ms": "1500", "kafka.heartbeat.interval.ms": "300", "snapshot.interval": "1h",
                ])
        }

        /// Runs Kafka's consumer group tool, and retries until no member's session is left.
        private func group(_ words: String...) async throws {
            let all = ["consumer-groups", "--group", application.name] + words
            let end = ContinuousClock.now + patience
            while true {
                let said = try? application.broker.tool(all)
                if let said, !said.contains("Error"), !said.contains("failed") { return }
                guard ContinuousClock.now < end else { throw BrokerUnavailable(what: said ?? "\(all)") }
                try await Task.sleep(for: .milliseconds(500))
            }
        }

        @Test("input deleted before and beyond the committed position", arguments: [1, -1])
        func input(_ offset: Int64) async throws {
            try application.deleteRecords(of: application.input, before: [0: offset])
            try await application.refused(
                status: 72, "the state of input 0 must be computed from offset 0 of \(application.input)",
                "Raise retention.ms of \(application.input), and start a new application with another application.id")
        }

        @Test("input that a transactional producer wrote may be deleted when all of it was handled")
        func controlRecords() async throws {
            let settings = ["snapshot.interval": "100ms"]
            let instance = try application.start("a", settings)
            try await instance.waitForLog("took over")
            let producer = try Producer(
                application.broker.configuration(), transactionalID: "\(application.name)-events",
                transactionTimeout: .seconds(30))
            try producer.initTransactions(timeout: .seconds(10))
            for isCommitted in [true, false] {
                try producer.begin()
                for partition in 0..<2 as Range<Int32> {
                    try producer.produce(to: application.input, partition: partition, key: "k", value: "no event")
                }
                try producer.flush(timeout: .seconds(10))
                if isCommitted {
                    try producer.commit(timeout: .seconds(10))
                } else {
                    try producer.abort(timeout: .seconds(10))
                }
            }
            let probe = try KafkaProbe(application.broker.bootstrap, group: application.name)
            // The position of each partition reaches the high watermark: the lag is 0, and control records do not
            // count.
            let end = ContinuousClock.now + patience
            for (topic, partition) in [(application.input, 0), (application.input, 1), (application.deltas, 0)]
                as [(String, Int32)]
            {
                while true {
                    let high = probe.end(of: topic, partition) ?? -1
                    let position = probe.committed(topic, partitions: partition + 1)?[partition]
                    if high > 0, position?.offset == high { break }
                    guard ContinuousClock.now < end else {
                        throw ProcessMisbehaved(description: "\(topic) [\(partition)]: \(position as Any) of \(high)")
                    }
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            #expect(try await instance.stop() == 0)
            try application.deleteRecords(of: application.input, before: [0: -1, 1: -1])
            let next = try application.start("a", settings)
            try await next.waitForLog("took over")
            #expect(try await next.stop() == 0)
        }

        @Test("a topic that is deleted while an instance runs ends it", arguments: ["in", "state", "out"])
        func deletedWhileRunning(_ topic: String) async throws {
            let instance = try application.start()
            try await instance.waitForLog("took over")
            let name = "\(application.name)-\(topic)"
            #expect(try await Admin(application.broker.configuration()).delete([name]).isEmpty)
            let status = try await instance.waitForEnd()
            #expect(status == 72 && instance.log.contains("topic \(name) was deleted"), "\(instance.log)")
        }

        @Test("an input that is deleted, created again and filled beyond the position ends an instance")
        func recreated() async throws {
            let instance = try application.start()
            try await instance.waitForLog("took over")
            try await application.settle([instance])
            // The watch recognises a log by its records, and looks every two seconds.
            try await Task.sleep(for: .seconds(3))
            let admin = try Admin(application.broker.configuration())
            #expect(try await admin.delete([application.input]).isEmpty)
            while try await admin.create([Admin.NewTopic(application.input, partitions: 2)]).isEmpty == false {
                try await Task.sleep(for: .milliseconds(20))
            }
            let events = InputStream(seed: 33, viewers: 80, epochs: 6, watches: 1).records
            try InputStream.publish(events, to: application.input, application.broker)
            let status = try await instance.waitForEnd()
            #expect(status == 72 && instance.log.contains(application.input), "\(instance.log)")
        }

        @Test("any amount of input before the last snapshot may be deleted")
        func inputBeforeSnapshot() async throws {
            let settings = ["snapshot.interval": "100ms"]
            let first = try application.start("a", settings)
            try await first.waitForLog("took over")
            try await application.waitForSnapshots(first)
            #expect(try await first.stop() == 0)
            try application.deleteRecords(of: application.input, before: [0: -1])
            let next = try application.start("a", settings)
            try await next.waitForLog("took over")
            #expect(try await next.stop() == 0)
        }

        @Test("a deleted consumer group")
        func forgottenGroup() async throws {
            try await group("--delete")
            try await application.refused(
                status: 72, "the group \(application.name) has no committed position of deltas, but has published")
        }

        @Test("deleted positions of the input alone")
        func forgottenPositions() async throws {
            try await group("--delete-offsets", "--topic", application.input)
            try await application.refused(
                status: 72, "the group \(application.name) has no committed position of input ")
        }

        @Test("models deleted by retention")
        func shortenedModels() async throws {
            try application.deleteRecords(of: application.models, before: [0: 1])
            try await application.refused(
                status: 72, "\(application.models) has no genesis model: the topic was deleted, or its")
        }

        @Test("an instance waits for a deleted model topic and refuses a new empty one")
        func deletedModels() async throws {
            let admin = try Admin(application.broker.configuration())
            #expect(try await admin.delete([application.models]).isEmpty)
            // In a cluster, one broker may still know the topic when another no longer does. Each request goes to any
            // of them, so several consecutive answers are required.
            var answers = 0
            while answers < 20 {
                answers = try await admin.partitions(of: application.models) == nil ? answers + 1 : 0
                try await Task.sleep(for: .milliseconds(50))
            }
            let instance = try application.start()
            try await instance.waitForLog("topics are missing: \(application.models)")
            try await application.broker.create([application.models: 1])
            let status = try await instance.waitForEnd()
            #expect(status == 72, "\(instance.log)")
            #expect(instance.log.contains("\(application.models) has no genesis model"), "\(instance.log)")
        }
    }
}
