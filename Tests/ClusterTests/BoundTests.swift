import Foundation
import ShoalClustering
import ShoalKafka
import TestSupport
import Testing

@testable import ShoalPipeline

extension MainJob {
    @Suite("Bounds of a live run", .serialized)
    struct BoundTests {
        @Test("refused and expired viewers: killed in the middle, verified, the same; refusals are counted")
        func members() async throws {
            let broker = try await TestBroker.shared(TestBroker.forKills)
            let application = try Application(
                broker, "bounds", topics: InputStream.topics,
                settings: [
                    "members.max": "40", "member.new-ttl": "2h", "members.min-events": "6",
                    "snapshot.interval": "100ms",
                    "http.listen": "127.0.0.1:0", "commit.interval": "20ms",
                ])
            try await application.createTopics(partitions: 2)
            let stream = InputStream(seed: 71, viewers: 200, epochs: 14)
            let half = stream.records.count / 2
            try InputStream.publish(stream.records[..<half], to: application.input, broker)
            let first = try application.start()
            try await application.waitForModels(3, first)
            try await first.kill()
            try InputStream.publish(stream.records[half...], to: application.input, broker)
            let second = try application.start()
            try await application.settle([second])
            #expect(try await second.stop() == 0)
            let verified = try application.verify()
            #expect(verified.status == 0, "\(verified.output)")
            let last = try #require(try await application.modelRecords().last)
            #expect(last.model.settings.membersMax == 40 && last.model.settings.newMemberTTL == 7_200_000)
            #expect(last.model.assigned + last.model.unassigned.count <= 80)
        }
    }
}
