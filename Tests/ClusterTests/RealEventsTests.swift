import Foundation
import ShoalClustering
import TestSupport
import Testing

@testable import ShoalPipeline

extension MainJob {
    /// Uses the first 20,000 real events, or the number in `SHOAL_TEST_EVENTS` (228,329 for all).
    @Suite(
        "Real watch events", .serialized,
        .enabled(if: TestBroker.hasApache && sharedEvents != nil, "needs Apache Kafka and the folder `shared/data`"))
    struct RealEventsTests {
        @Test(
            "two instances with a restart, a single instance, and the other release of Kafka give the same result"
        )
        func killed() async throws {
            let broker = try await TestBroker.shared(TestBroker.convincing)
            let alone = try await RealEvents.application(broker, "real")
            try await alone.run(within: RealEvents.patience)
            let checker = try await Checker(alone)
            try checker.check()
            let distinct = try RealEvents.distinctIDs(checker.input)
            #expect(checker.oracle.events == Int64(distinct) && checker.input.count == RealEvents.count)
            let models = try await alone.modelHashes().count
            #expect(models > 10 && checker.oracle.lastModel.clusters.count > 1)

            let pair = try await RealEvents.application(broker, "pair", input: alone.input)
            let first = try pair.start("a")
            let second = try pair.start("b")
            try await pair.waitForModels(models / 3, first, within: RealEvents.patience)
            try await second.kill()
            let third = try pair.start("b")
            try await pair.waitForModels(models * 2 / 3, first, within: RealEvents.patience)
            try await first.kill()
            let fourth = try pair.start("a")
            try await pair.settle([third, fourth], within: RealEvents.patience)
            for instance in [third, fourth] { #expect(try await instance.stop() == 0) }
            try await Checker(pair).check()
            expectSame(try await pair.sortedChanges(), try await alone.sortedChanges())
            #expect(try await pair.modelHashes() == alone.modelHashes())

            let other = try await RealEvents.application(try await TestBroker.shared(RealEvents.otherRelease), "other")
            try await other.run(within: RealEvents.patience)
            expectSame(try await other.sortedChanges(), try await alone.sortedChanges())
            #expect(try await other.modelHashes() == alone.modelHashes())
        }
    }
}

/// The log of real events, which is not part of the project.
enum RealEvents {
    static let count = ProcessInfo.processInfo.environment["SHOAL_TEST_EVENTS"].flatMap { Int($0) } ?? 20_000

    static let topics = (0..<100).map { "tag\($0)" }
    static let settings = [
        "clusters.seed-members": "300", "clusters.initial": "12", "privacy.min-cluster-size": "20",
    ]

    /// The time limit of a run.
    static let patience = Duration.seconds(60 + count / 500)

    /// The other supported release of Kafka, with one broker.
    static var otherRelease: TestBroker.Kind {
        if case .apacheKafka(3, _, _) = TestBroker.convincing {
            return .apacheKafka(release: 4, brokers: 1, isSecure: false)
        }
        return .apacheKafka(release: 3, brokers: 1, isSecure: false)
    }

    /// Returns an application with 8 partitions over the real events. Publishes the events unless `input` is given.
    static func application(_ broker: TestBroker, _ name: String, input: String? = nil) async throws -> Application {
        let application = try Application(broker, name, input: input, topics: topics, settings: settings)
        try await application.createTopics(partitions: 8)
        if input == nil {
            let sent = try shoal([
                "publish", sharedEvents ?? "", "--topic", application.input, "--limit", "\(count)", "--set",
                "kafka.bootstrap.servers=\(broker.bootstrap)",
            ])
            try #require(sent.status == 0, "\(sent.output)")
        }
        return application
    }

    static func distinctIDs(_ records: [TestRecord]) throws -> Int {
        var ids: Set<String> = []
        for record in records {
            let object = try JSONSerialization.jsonObject(with: Data(record.value ?? [])) as? [String: Any]
            ids.insert(try #require(object?["event_id"] as? String))
        }
        return ids.count
    }
}
