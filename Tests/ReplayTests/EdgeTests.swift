import ShoalPipeline
import Testing

@testable import ShoalClustering
@testable import ShoalReplay

/// Edge cases of the input. Each has a defined result, without traps or hangs.
@Suite("Edge cases")
struct EdgeTests {
    private static let hour: Int64 = 3_600_000

    private static func settings(_ change: (inout Settings) -> Void = { _ in }) -> Settings {
        var settings = Settings()
        settings.minClusterSize = 1
        settings.seedMembers = 50
        settings.clustersInitial = 4
        settings.topicsMinViewers = 1
        change(&settings)
        return settings
    }

    private static func engine(_ settings: Settings, topics: Int = 8) -> GivenEpochs<UnkeyedTopics> {
        GivenEpochs(
            settings: settings, topics: (0..<topics).map { Array("t\($0)".utf8) }, partitions: 2, first: 10
        ) { _ in UnkeyedTopics() }
    }

    private static func event(_ viewer: Int, _ topic: String, epoch: Epoch, watched: Int64 = 30_000) -> EngineEvent {
        var event = EngineEvent()
        event.member = EngineEvents.member(viewer)
        event.order = EngineEvents.order(viewer)
        event.text = Array(topic.utf8)
        event.topics = [.init(name: 0..<event.text.count, weight: 1 << 16)]
        event.watched = watched
        event.duration = 30_000
        event.time = epoch * hour
        return event
    }

    /// Returns the events of viewers who watch several times in an epoch.
    private static func watch(
        _ engine: inout GivenEpochs<UnkeyedTopics>, viewers: Range<Int>, times: Int = 5, _ topic: (Int, Int) -> String
    ) {
        for viewer in viewers {
            for time in 0..<times {
                engine.handle(event(viewer, topic(viewer, time), epoch: engine.epoch), partition: viewer % 2)
            }
        }
    }

    @Test("one viewer is not enough for a cluster, unless configured")
    func oneViewer() throws {
        for seeds in [50, 1] {
            var engine = Self.engine(Self.settings { $0.seedMembers = .number(seeds) })
            for _ in 0..<6 {
                Self.watch(&engine, viewers: 0..<1) { _, _ in "t1" }
                _ = try engine.close()
            }
            #expect(engine.model.clusters.count == (seeds == 1 ? 1 : 0))
            #expect(engine.model.assigned + engine.model.unassigned.count == 1)
        }
    }

    @Test("one topic or identical viewers make one cluster, whatever the configured number")
    func allAlike() throws {
        var engine = Self.engine(Self.settings { $0.clustersCount = 5 }, topics: 1)
        for _ in 0..<12 {
            Self.watch(&engine, viewers: 0..<300) { _, _ in "t0" }
            _ = try engine.close()
        }
        #expect(engine.model.clusters.map(\.sums.count) == [300])
        #expect(engine.model.meanSimilarity > 1_073_000_000, "as alike as can be: \(engine.model.meanSimilarity)")
    }

    @Test("with K = 1 all viewers near the mean are in one cluster that is never split")
    func oneCluster() throws {
        var engine = Self.engine(Self.settings { $0.clustersCount = 1 })
        for _ in 0..<12 {
            Self.watch(&engine, viewers: 0..<400) { viewer, time in "t\(viewer % 2 * 4 + time % 4)" }
            _ = try engine.close()
        }
        #expect(engine.model.clusters.count == 1)
    }

    @Test("members remain for a thousand silent epochs, and with a time-to-live all are removed")
    func silence() throws {
        for ttl in [nil, 24 * Self.hour] {
            var engine = Self.engine(Self.settings { $0.memberTTL = ttl })
            for _ in 0..<6 {
                Self.watch(&engine, viewers: 0..<200) { viewer, time in "t\(viewer % 2 * 4 + time % 4)" }
                _ = try engine.close()
            }
            let before = engine.model.assigned
            #expect(before == 200)
            for _ in 0..<1_000 { _ = try engine.close() }
            #expect(engine.model.assigned == (ttl == nil ? before : 0))
            #expect(engine.shards.reduce(0) { $0 + $1.memberCount } == (ttl == nil ? 200 : 0))
        }
    }

    @Test(
        "erasing all members clears the sums and ends their clusters, and new members fill new ones")
    func erased() throws {
        var engine = Self.engine(Self.settings { $0.clustersMin = 1 })
        for _ in 0..<8 {
            Self.watch(&engine, viewers: 0..<300) { viewer, time in "t\(viewer % 2 * 4 + time % 4)" }
            _ = try engine.close()
        }
        #expect(engine.model.clusters.count >= 2)
        for viewer in 0..<300 { engine.erase(EngineEvents.member(viewer), partition: viewer % 2) }
        for _ in 0..<10 { _ = try engine.close() }
        #expect(engine.model.assigned == 0)
        #expect(engine.model.clusters.allSatisfy { $0.sums == ClusterSums() })
        #expect(engine.model.clusters.count { $0.isActive } == 1, "the last one stays: clusters.min")
        for _ in 0..<10 {
            Self.watch(&engine, viewers: 1_000..<1_300) { viewer, time in "t\(viewer % 2 * 4 + time % 4)" }
            _ = try engine.close()
        }
        #expect(engine.model.assigned == 300)
        #expect(engine.model.clusters.count { $0.isActive && $0.sums.count > 100 } == 2)
    }

    @Test("unique topics are in no profile, and the memory for them is bounded")
    func strangeTopics() throws {
        var engine = Self.engine(Self.settings { $0.topicsMinViewers = 2 })
        var number = 0
        for _ in 0..<5 {
            for viewer in 0..<20_000 {
                number += 1
                engine.handle(Self.event(viewer, "strange \(number)", epoch: engine.epoch), partition: viewer % 2)
            }
            _ = try engine.close()
        }
        #expect(engine.model.vocabulary.entries.count == 8)
        #expect(engine.model.candidates.entries.count <= Model.mostCandidates)
        #expect(engine.model.candidates.entries.count >= OpenCandidates.most)
        #expect(engine.model.assigned + engine.model.unassigned.count == 0)
    }

    @Test("half-lives of a second and ten years are supported", arguments: [1_000, 10 * 365 * 86_400_000] as [Int64])
    func halfLives(halfLife: Int64) throws {
        var engine = Self.engine(Self.settings { $0.halfLife = halfLife })
        for _ in 0..<30 {
            Self.watch(&engine, viewers: 0..<200, times: 40) { viewer, time in "t\(viewer % 2 * 4 + time % 4)" }
            _ = try engine.close()
        }
        #expect(engine.model.assigned == 200)
        #expect(engine.model.clusters.count { $0.isActive } == 2)
    }

    @Test("ten thousand members who join in one epoch are in the right cluster after theirs was emptied")
    func crowd() throws {
        var engine = Self.engine(Self.settings())
        for _ in 0..<6 {
            Self.watch(&engine, viewers: 0..<200) { viewer, time in "t\(viewer % 2 * 4 + time % 4)" }
            _ = try engine.close()
        }
        for viewer in stride(from: 0, to: 200, by: 2) {
            engine.erase(EngineEvents.member(viewer), partition: viewer % 2)
        }
        Self.watch(&engine, viewers: 10_000..<20_000) { viewer, time in "t\(viewer % 2 * 4 + time % 4)" }
        _ = try engine.close()
        for _ in 0..<6 { _ = try engine.close() }
        #expect(engine.model.assigned == 10_100)
        let sizes = engine.model.clusters.filter(\.isActive).map(\.sums.count).sorted()
        #expect(sizes == [5_000, 5_100], "\(sizes)")
    }

    @Test("norms, centroids and mean similarity of ten billion members are exact")
    func largest() throws {
        let members: Int64 = 10_000_000_000
        var cluster = Cluster(id: 1)
        cluster.sums = ClusterSums(
            count: members,
            sums: (0..<4).map { SumEntry(topic: $0, value: members * 16_384) })
        var model = Model.genesis(settings: Settings(), topics: (0..<4).map { Array("t\($0)".utf8) })
        model.clusters = [cluster, cluster]
        model.clusters[1].id = 2
        // For four equal entries, ‖S‖ is twice one of them, and each component is half of 2¹⁵.
        #expect(cluster.sums.norm == UInt64(members) * 32_768)
        #expect(cluster.sums.centroid(keeping: { _ in true })?.map(\.value) == [16_384, 16_384, 16_384, 16_384])
        #expect(model.meanSimilarity == 1 << 30)
        // The largest possible sum: one topic that all of them watch.
        let largest = ClusterSums(count: members, sums: [SumEntry(topic: 0, value: members * 32_767)])
        #expect(largest.norm == UInt64(members) * 32_767)
        var both = largest
        both.add(ClusterDelta(cluster: 1, count: members, sums: largest.sums))
        #expect(both.sums[0].value == 2 * members * 32_767)
    }
}
