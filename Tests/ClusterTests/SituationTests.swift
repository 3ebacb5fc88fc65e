import Foundation
import ShoalKafka
import TestSupport
import Testing

@testable import ShoalPipeline

extension MainJob {
    @Suite("Waiting and giving up at the start", .serialized)
    struct SituationTests {
        @Test("an instance waits for a late broker and late topics, and then continues")
        func late() async throws {
            let port = try freePort()
            let nobody = TestBroker(kind: .noida, bootstrap: "127.0.0.1:\(port)", facts: [:])
            let application = try Application(nobody, "late", topics: InputStream.topics)
            let instance = try application.start()
            try await instance.waitForLog("waiting: ")
            #expect(instance.log.contains("check kafka.bootstrap.servers"), "\(instance.log)")
            let own = try await OwnBroker(.noida, port: port)
            try await own.broker.create([
                application.input: 2, application.deltas: 1, application.models: 1, application.state: 2,
            ])
            try await instance.waitForLog(
                "topics are missing: \(application.output), \(application.members), \(application.deadLetters)")
            #expect(instance.log.contains("create them with `shoal topics create`"))
            try await own.broker.create([
                application.output: 4, application.members: 2, application.deadLetters: 1,
            ])
            let events = InputStream(seed: 31, viewers: 160, epochs: 8, watches: 1).records
            try InputStream.publish(events, to: application.input, own.broker)
            try await application.settle([instance])
            #expect(try await instance.stop() == 0)
            try await Checker(application).check()
        }

        @Test("an instance that waits for its broker can be stopped")
        func stoppable() async throws {
            let nobody = TestBroker(kind: .noida, bootstrap: "127.0.0.1:\(try freePort())", facts: [:])
            let instance = try Application(nobody, "nobody").start()
            try await instance.waitForLog("waiting: ")
            #expect(try await instance.stop(within: .seconds(15)) == 0)
        }

        @Test("a changed partition count, key or fixed setting ends the start and names the previous value")
        func changed() async throws {
            let application = try await Application.begun()
            let other = uniqueName("other")
            try await application.broker.create([other: 3])
            try await application.refused(
                ["input.topic": other], status: 72,
                "\(other) has 3 partitions, but application \(application.name) started with 2")
            try await application.refused(
                [:], status: 78, "privacy.key-file differs from the key",
                key: TestKey.other)
            try await application.refused(
                ["epoch.length": "30m", "clock.quorum": "9"], status: 78,
                "epoch.length is 1800000, and was 3600000; clock.quorum is 9, and was 8")
            try await application.refused(
                ["profile.half-life": "12h"], status: 78,
                "settings.revision is the same (0). To change settings, raise it")
            let next = try application.start("a", ["profile.half-life": "12h", "settings.revision": "1"])
            try await next.waitForLog("took over")
            #expect(try await next.stop() == 0)
        }

        @Test("internal topics with wrong settings or foreign records are refused")
        func foreign() async throws {
            let broker = try await TestBroker.shared()
            let wrong = try Application(broker, "wrong")
            try await broker.create([
                wrong.input: 2, wrong.output: 1, wrong.members: 1, wrong.deadLetters: 1, wrong.deltas: 3,
                wrong.models: 1, wrong.state: 2,
            ])
            try await wrong.refused([:], status: 72, "\(wrong.deltas) has 3 partitions, but must have 1")
            let application = try await Application.begun()
            let producer = try Producer(broker.configuration())
            try producer.produce(to: application.deltas, partition: 0, key: "0", value: "\u{7F}\u{7F}\u{7F}")
            try producer.flush(timeout: .seconds(10))
            try await application.refused(
                [:], status: 72, "this version of Shoal cannot read the record")
        }

        @Test("the log says why no model can be published yet")
        func waiting() async throws {
            let broker = try await TestBroker.shared()
            let application = try Application(
                broker, "waiting", topics: InputStream.topics, settings: ["clusters.seed-members": "1000"])
            try await application.createTopics(partitions: 2)
            let instance = try application.start()
            let silent = try Application(
                broker, "silent", topics: InputStream.topics,
                settings: ["privacy.min-cluster-size": "1234", "clusters.initial": "3"])
            try await silent.createTopics(partitions: 2)
            let events = InputStream(seed: 33, viewers: 160, epochs: 6, watches: 1).records
            try InputStream.publish(events, to: silent.input, broker)
            let other = try silent.start()
            try await instance.waitForLog(
                "reason=no epoch has begun: the first epoch of a partition begins after "
                    + "events of 8 viewers")
            try InputStream.publish(events, to: application.input, broker)
            try await other.waitForLog("(privacy.min-cluster-size)")
            #expect(other.log.contains("all clusters have fewer than 1,234 members"), "\(other.log)")
            try await instance.waitForLog(" of the 1,000 that the first clusters need (clusters.seed-members)")
            for one in [instance, other] { #expect(try await one.stop() == 0) }
        }

        @Test(
            "the newer one of two processes with the same instance.id stays",
            .enabled(if: TestBroker.hasApache, "needs Apache Kafka"))
        func duplicateInstance() async throws {
            let application = try await Application.begun(on: TestBroker.convincing)
            let first = try application.start("twin")
            try await first.waitForLog("took over")
            let second = try application.start("twin")
            let status = try await first.waitForEnd()
            #expect(status == 80 && first.log.contains("another process uses this instance.id"), "\(first.log)")
            try await second.waitForLog("took over")
            #expect(try await second.stop() == 0)
        }
    }
}
