import Foundation
import ShoalClustering
import TestSupport
import Testing

@testable import ShoalPipeline

extension MainJob {
    @Suite(
        "Two instances", .serialized, .enabled(if: TestBroker.hasApache, "needs Apache Kafka"))
    struct TwoInstancesTests {
        private let broker: TestBroker

        init() async throws {
            broker = try await TestBroker.shared(TestBroker.convincing)
        }

        @Test("killing and restarting one of two instances gives the result of an undisturbed single one")
        func killed() async throws {
            let stream = InputStream(seed: 11, viewers: 400, epochs: 30)
            let alone = try Application(broker, "alone", topics: InputStream.topics)
            try await alone.createTopics(partitions: 8)
            try InputStream.publish(stream.records, to: alone.input, broker)
            try await alone.run()
            let checker = try await Checker(alone)
            try checker.check()

            let pair = try Application(broker, "pair", input: alone.input, topics: InputStream.topics)
                .writingClusters()
            try await pair.createTopics(partitions: 8)
            let first = try pair.start("a")
            var second = try pair.start("b")
            // The group decides the assignment. Each instance is killed once, so one of them owns the coordinator.
            try await pair.waitForModels(5, first)
            try await second.kill()
            second = try pair.start("b")
            try await second.waitForLog("took over")
            let reached = try await pair.modelHashes().count
            try await pair.waitForModels(min(reached + 4, 24), second)
            try await first.kill()
            let third = try pair.start("a")
            try await pair.settle([second, third])
            #expect(try await second.stop() == 0)
            #expect(try await third.stop() == 0)
            try await Checker(pair).check()
            expectSame(try await pair.sortedChanges(), try await alone.sortedChanges())
            #expect(try await pair.modelHashes() == alone.modelHashes())
        }
    }
}
