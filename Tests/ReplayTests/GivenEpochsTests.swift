import ShoalClustering
import ShoalPipeline
import ShoalReplay
import Testing

@Suite("Given epochs")
struct GivenEpochsTests {
    /// Runs two tastes: viewers with even numbers watch the first half of the topics.
    private func run(partitions: Int) throws -> (models: [Model], changes: Int) {
        var settings = Settings()
        settings.fixed.epochLength = 1_000
        settings.halfLife = 5_000
        settings.seedMembers = 60
        settings.clustersInitial = 2
        settings.minClusterSize = 10
        let names = (0..<8).map { Array("topic \($0)".utf8) }
        var engine = GivenEpochs(settings: settings, topics: names, partitions: partitions, first: 7) { _ in
            UnkeyedTopics()
        }
        var models: [Model] = []
        var changes = 0
        for epoch in Int64(7)..<15 {
            for step in 0..<800 {
                let viewer = (step * 7 + Int(epoch)) % 100
                var event = EngineEvent()
                event.member = Pseudonym(viewer + 1) &* 0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835
                event.order = UInt64(truncatingIfNeeded: event.member >> 64)
                event.text = names[viewer % 2 * 4 + (step / 3) % 4]
                event.topics = [.init(name: 0..<event.text.count, weight: 1 << 16)]
                event.watched = 1_000
                event.duration = 1_000
                event.time = epoch * 1_000 + Int64(step)
                engine.handle(event, partition: viewer % partitions)
            }
            let closed = try engine.close()
            #expect(closed.epoch == epoch)
            models.append(closed.model)
            changes += closed.changes.count
        }
        return (models, changes)
    }

    @Test("the number of partitions affects no model", arguments: [2, 5])
    func partitions(count: Int) throws {
        let (one, several) = (try run(partitions: 1), try run(partitions: count))
        #expect(one.models.last?.clusters.count == 2)
        #expect(one.changes >= 100, "every viewer joins")
        #expect(one.models == several.models)
        #expect(one.changes == several.changes)
    }
}
