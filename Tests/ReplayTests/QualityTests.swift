import ShoalClustering
import ShoalGenerator
import ShoalPipeline
import Testing

@testable import ShoalReplay

/// Measures the clusters of a generated stream.
@Suite("Quality of a replay")
struct QualityTests {
    private struct Outcome {
        var members: [ReplayReport.Quality.Member] = []
        var model: Model
        var rows: [ReplayReport.Row] = []
        var truth: [Pseudonym: Int32] = [:]

        init(partitions: Int, epochs: Int = 24) throws {
            let shape = StreamShape.fewTopics.with {
                $0.viewers = 3_000
                $0.epochs = epochs
            }
            var events = try EngineEvents(shape, seed: 5)
            var settings = Settings()
            settings.fixed.epochLength = shape.epochLength
            settings.minClusterSize = 1
            var engine = GivenEpochs(
                settings: settings, topics: events.names, partitions: partitions, first: events.first
            ) { _ in UnkeyedTopics() }
            model = engine.model
            while let epoch = events.next() {
                for (viewer, event) in epoch { engine.handle(event, partition: viewer % partitions) }
                let closed = try engine.close()
                var row = ReplayReport.Row(version: closed.epoch, time: (closed.epoch + 1) * shape.epochLength)
                row.moved = Int64(closed.changes.count { $0.from != 0 && $0.to != 0 })
                row.unassigned = closed.model.unassigned.count
                row.eligible = closed.model.assigned + row.unassigned
                rows.append(row)
                model = closed.model
            }
            for shard in engine.shards {
                shard.forEachMember { member in
                    guard let cluster = member.cluster else { return }
                    members.append((member.pseudonym, cluster, member.direction))
                }
            }
            members.sort { $0.member < $1.member }
            for viewer in 0..<events.stream.viewers {
                let taste = events.stream.taste(of: viewer)
                if taste.mix == 0 { truth[EngineEvents.member(viewer)] = Int32(taste.archetype) }
            }
        }

        func quality(_ members: [ReplayReport.Quality.Member]? = nil) -> ReplayReport.Quality {
            ReplayReport.Quality(members ?? self.members, model: model, rows: rows, truth: truth)
        }
    }

    @Test("good clusters have high scores, whatever the number of partitions")
    func good() throws {
        let one = try Outcome(partitions: 1)
        let quality = one.quality()
        #expect(quality.sampled == Int64(one.members.count) && quality.sampled > 2_000)
        let batch = try #require(quality.batchSimilarity)
        let objective = try #require(quality.objective)
        #expect(quality.similarity > 500_000 && quality.similarity <= 1_000_000)
        #expect((900_000...1_010_000).contains(objective), "\(quality)")
        #expect(abs(objective - quality.similarity * 1_000_000 / batch) <= 1)
        #expect(try #require(quality.adjustedRand) > 700_000, "\(quality)")
        #expect(try #require(quality.adjustedMutualInformation) > 700_000, "\(quality)")
        #expect(quality.judged == Int64(one.members.count { one.truth[$0.member] != nil }))
        let last = try #require(one.rows.last)
        #expect(quality.unassigned == last.unassigned * 1_000_000 / last.eligible)
        #expect(try Outcome(partitions: 4).quality() == quality)
    }

    @Test("random clusters have low scores")
    func bad() throws {
        let outcome = try Outcome(partitions: 2)
        let clusters = outcome.model.clusters.filter(\.isActive).map(\.id)
        try #require(clusters.count > 4)
        var draws = SplitMix64(seed: 3)
        let shuffled = outcome.members.map { member in
            (member.member, clusters[Int(draws.uniform() * Double(clusters.count))], member.direction)
        }
        let (good, bad) = (outcome.quality(), outcome.quality(shuffled))
        #expect(bad.similarity < good.similarity * 2 / 3, "\(bad) against \(good)")
        #expect(bad.batchSimilarity == good.batchSimilarity)
        #expect(abs(try #require(bad.adjustedRand)) < 20_000)
    }

    @Test("moves are counted per member and day of event time, including gaps")
    func moves() {
        func row(_ hour: Int64, eligible: Int64, moved: Int64, returned: Int64) -> ReplayReport.Row {
            var row = ReplayReport.Row(version: hour - 1, time: hour * 3_600_000)
            (row.eligible, row.moved, row.returned, row.unassigned) = (eligible, moved, returned, eligible / 4)
            return row
        }
        let model = Model(settings: Settings())
        // 100 members for 1 h, 200 for 11 h, 300 for 12 h: 5,900 member hours.
        let rows = [
            row(1, eligible: 100, moved: 0, returned: 0), row(12, eligible: 200, moved: 59, returned: 0),
            row(24, eligible: 300, moved: 59, returned: 59),
        ]
        let quality = ReplayReport.Quality([], model: model, rows: rows)
        #expect(quality.movesPerDay == 118 * 24 * 1_000_000 / 5_900)
        #expect(quality.returned == 500_000)
        #expect(quality.unassigned == 250_000)
        #expect(quality.sampled == 0 && quality.batchSimilarity == nil && quality.adjustedRand == nil)
        #expect(ReplayReport.Quality([], model: model, rows: []) == ReplayReport.Quality())
    }
}
