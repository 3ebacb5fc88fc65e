import Foundation
import ShoalClustering
import TestSupport
import Testing

@testable import ShoalPipeline

/// All tests of the main job. They run serially, because they measure time and there are two cores.
@Suite(.serialized)
struct MainJob {}

extension MainJob {
    @Suite("The main job counts every event once", .serialized)
    struct ExactlyOnceTests {
        @Test("an uninterrupted run and a restarted one give the same result")
        func stopAndStart() async throws {
            let broker = try await TestBroker.shared()
            let stream = InputStream(seed: 7, viewers: 240, epochs: 24)
            let whole = try Application(broker, "whole", topics: InputStream.topics).writingClusters()
            try await whole.createTopics(partitions: 3)
            try InputStream.publish(stream.records, to: whole.input, broker)
            try await whole.run()
            let checker = try await Checker(whole)
            try checker.check()
            #expect(checker.oracle.duplicates > 20)
            let last = checker.oracle.lastModel
            let eligible = last.unassigned.count + last.clusters.reduce(0) { $0 + $1.sums.count }
            #expect(try checker.eligibleViewers(least: 3) == Int(eligible))
            let stopped = try Application(broker, "stopped", input: whole.input, topics: InputStream.topics)
                .writingClusters()
            try await stopped.createTopics(partitions: 3)
            for models in [3, 9, 15] {
                let instance = try stopped.start()
                try await stopped.waitForModels(models, instance)
                let status = try await instance.stop()
                #expect(status == 0 && instance.log.contains("stopped"), "\(status): \(instance.log)")
            }
            try await stopped.run()
            try await Checker(stopped).check()
            expectSame(try await stopped.sortedChanges(), try await whole.sortedChanges())
            #expect(checker.oracle.clusters.count > 3)
        }

        @Test("topics are admitted as they are watched, and new input continues after the previous one")
        func growing() async throws {
            let broker = try await TestBroker.shared(TestBroker.forKills)
            let stream = InputStream(seed: 8, viewers: 200, epochs: 18)
            let application = try Application(broker, "growing")
            try await application.createTopics(partitions: 2)
            let middle = stream.records.count / 2
            try InputStream.publish(stream.records[..<middle], to: application.input, broker)
            try await application.run()
            let half = try await Checker(application)
            #expect(half.oracle.lastModel.vocabulary.entries.count > 8)
            try half.check()
            let said = try await application.deltaEnd()
            try InputStream.publish(stream.records[middle...], to: application.input, broker)
            let instance = try application.start()
            try await application.settle([instance], since: said)
            try await instance.kill()
            try await Checker(application, isGrown: true).check()
            #expect(try await application.sortedChanges().count > half.oracle.changes.count)
        }
    }
}
