import Foundation
import ShoalGenerator
import ShoalPipeline
import Testing

@testable import ShoalClustering
@testable import ShoalReplay

@Suite("Skipped scans")
struct SkippingTests {
    private struct Outcome {
        var events: Int64 = 0
        var skipped: Int64 = 0
        var wrong: Int64 = 0
        var moves = 0
    }

    private func run(_ shape: StreamShape, seed: UInt64, _ change: (inout Settings) -> Void = { _ in }) throws
        -> Outcome
    {
        var events = try EngineEvents(shape, seed: seed)
        var settings = Settings()
        settings.halfLife = 24 * 3_600_000
        settings.minClusterSize = 1
        change(&settings)
        var engine = GivenEpochs(settings: settings, topics: events.names, partitions: 1, first: events.first) { _ in
            UnkeyedTopics()
        }
        engine.audit()
        var outcome = Outcome()
        while let epoch = events.next() {
            for (_, event) in epoch { engine.handle(event, partition: 0) }
            outcome.moves += try engine.close().changes.count { $0.from != 0 && $0.to != 0 }
        }
        let counters = engine.shards[0].counters
        outcome.events = counters.events
        outcome.skipped = counters.skipped
        outcome.wrong = engine.shards[0].wrongSkips
        return outcome
    }

    @Test("no skipped scan would change a membership, and most events need none")
    func base() throws {
        let outcome = try run(.base, seed: 1)
        #expect(outcome.wrong == 0)
        #expect(outcome.events > 800_000)
        #expect(outcome.moves > 0, "some decisions do change")
        #expect(10 * outcome.skipped > 7 * outcome.events, "\(outcome)")
    }

    @Test("no skipped scan would change a membership under drift with lifecycle changes and expiry")
    func drift() throws {
        let outcome = try run(.drift, seed: 2) { $0.memberTTL = 48 * 3_600_000 }
        #expect(outcome.wrong == 0)
        #expect(outcome.events > 2_500_000)
        #expect(2 * outcome.skipped > outcome.events, "\(outcome)")
    }

    @Test(
        "no skipped scan would change a membership with extreme settings",
        arguments: [3, 4, 5, 6] as [UInt64])
    func odd(seed: UInt64) throws {
        var shape = StreamShape.hard
        (shape.viewers, shape.epochs, shape.archetypes) = (6_000, 30, 30)
        let outcome = try run(shape, seed: seed) { settings in
            settings.halfLife = [600_000, 3_600_000, 10 * 31_536_000_000, 86_400_000][Int(seed) % 4]
            settings.fixed.profileTopics = [2, 8, 24, 255][Int(seed) % 4]
            settings.fixed.staleness = Int64(seed) % 4 + 1
            settings.clustersInitial = [64, 2, 16, 100][Int(seed) % 4]
            settings.clustersCount = seed == 6 ? 60 : nil
        }
        #expect(outcome.wrong == 0)
        #expect(outcome.skipped > 0)
    }
}
