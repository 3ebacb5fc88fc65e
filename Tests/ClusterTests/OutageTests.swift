import Foundation
import ShoalKafka
import TestSupport
import Testing

@testable import ShoalPipeline

extension MainJob {
    @Suite(
        "Broker outage", .serialized,
        .enabled(if: TestBroker.startsApache, "needs Apache Kafka of its own"))
    struct OutageTests {
        @Test(
            "after a broker is killed and restarted, work resumes within seconds and every event counts once",
            arguments: ["20000", "1500"])
        func killed(session: String) async throws {
            let own = try await OwnBroker(TestBroker.single)
            let application = try Application(
                own.broker, "outage", topics: InputStream.topics,
                settings: [
                    "kafka.session.timeout.ms": session, "kafka.heartbeat.interval.ms": "300",
                    "transaction.timeout": "20s",
                ])
            try await application.createTopics(partitions: 3)
            let stream = InputStream(seed: 51, viewers: 240, epochs: 60)
            try InputStream.publish(stream.records, to: application.input, own.broker)
            let instance = try application.start()
            try await application.waitForModels(6, instance)
            // If a single broker is killed while it ends a transaction, or if it starts with a timed-out one, it loses
            // the transaction's markers (seen with 4.3.1), and blocks all readers. The instance is frozen so that it
            // ends no transaction at this moment.
            instance.signal(SIGSTOP)
            var models = -1
            try await waitUntil("the broker has answered the requests that were sent before") {
                let before = models
                models = try await application.modelHashes().count
                return models == before
            }
            #expect(models < 50, "it was over before the broker went away")
            try own.kill()
            instance.signal(SIGCONT)
            try await instance.waitForLog("brokers are down")
            try own.restart()
            let back = ContinuousClock.now
            try await application.waitForModels(models + 3, instance)
            let waited = ContinuousClock.now - back
            print("session of \(session) ms: went on \(waited) after the broker was back")
            #expect(waited < .seconds(20), "\(instance.log)")
            try await application.settle([instance])
            #expect(try await instance.stop() == 0)
            try await Checker(application).check()
        }
    }
}
