import ShoalClustering
import ShoalSchemas
import Testing

@testable import ShoalPipeline

@Suite("Reasons why no model is published")
struct WaitingTests {
    private func reason(
        now: Epoch = .max, version: Epoch? = nil, _ change: (inout Model, inout [PartitionState]) -> Void
    ) -> String? {
        var model = Model.genesis(settings: Settings(), topics: [Array("chess".utf8)])
        var partitions = [PartitionState(), PartitionState()]
        change(&model, &partitions)
        let bookkeeping = Bookkeeping(
            from: nil, through: version, start: version, partitions: partitions, deltaOffset: 0, oldestOffset: 0)
        return ModelDelay.reason(
            Coordinator(model: model, bookkeeping: bookkeeping), ModelSummary(model), now: now
        )
        .map { "\($0.text) \($0.partitions)" }
    }

    @Test("before the start the reason is the quorum, the partitions or the clock")
    func start() {
        #expect(
            reason { _, _ in }?.hasPrefix(
                "no epoch has begun: the first epoch of a partition begins after events of "
                    + "8 viewers") == true)
        #expect(reason { $1[0].first = 10 } == "no epoch has begun on all partitions [1]")
        #expect(
            reason(now: 9) { $1[0].first = 10 }?.hasPrefix(
                "epoch 10, which ends at 1970-01-01T11:00:00Z, has not ended by the clock") == true)
    }

    @Test("after the start the reason is what the next model lacks")
    func models() {
        func begun(_ partitions: inout [PartitionState], closed: Epoch) {
            for index in partitions.indices {
                partitions[index].first = 10
                partitions[index].closed = closed
            }
        }
        #expect(reason(version: 9) { begun(&$1, closed: 9) } == "no epoch has ended [0, 1]")
        #expect(
            reason(version: 12) { model, partitions in
                begun(&partitions, closed: 12)
                partitions[0].closed = 13
                model.ticks = 3
            } == "epoch 13 has not ended on all partitions [1]")
        #expect(
            reason(version: 12) { model, partitions in
                begun(&partitions, closed: 12)
                model.ticks = 3
                model.unassigned.count = 37
            } == "fewer than 100 viewers have 5 events and a topic (members.min-events), of the 200 that two published "
                + "clusters need (privacy.min-cluster-size 100). The choices are more viewers, a lower "
                + "privacy.min-cluster-size, as far as your privacy rules allow, or fewer events of each "
                + "(members.min-events) []")
        #expect(
            reason(version: 12) { model, partitions in
                begun(&partitions, closed: 12)
                model.ticks = 3
                model.unassigned.count = 537
            } == "at least 500 viewers have 5 events and a topic (members.min-events): enough for the first clusters, "
                + "which wait for an epoch in which others come []")
        #expect(
            reason(version: 12) { model, partitions in
                begun(&partitions, closed: 12)
                model.ticks = 3
                model.unassigned.count = 537
                model.settings.seedMembers = 800
            }?.hasPrefix(
                "at least 500 viewers have 5 events and a topic (members.min-events), of the 800 that the first clusters "
                    + "need (clusters.seed-members). The choices are more viewers, clusters.seed-members=auto, or")
                == true)
        #expect(
            reason(version: 12) { model, partitions in
                begun(&partitions, closed: 12)
                model.ticks = 36
                model.unassigned.count = 537
                model.settings.seedMembers = 800
            }?.hasSuffix(
                "If they go on coming as until now, there are enough after about \(Formatting.span(22 * 3_600)) of event time []"
            ) == true)
        #expect(
            reason(version: 12) { model, partitions in
                begun(&partitions, closed: 12)
                model.ticks = 3
                model.settings.minClusterSize = 10
            }?.contains(
                "of the 80 that 2 clusters need (clusters.min-members 40). The choices are more viewers, a lower")
                == true)
        #expect(
            reason(version: 12) { model, partitions in
                begun(&partitions, closed: 12)
                model.ticks = 3
                model.clusters = [Cluster(id: 1)]
                model.clusters[0].sums.count = 42
            } == "all clusters have fewer than 100 members (privacy.min-cluster-size) []")
        #expect(
            reason(version: 12) { model, partitions in
                begun(&partitions, closed: 12)
                model.ticks = 3
                model.clusters = [Cluster(id: 1)]
                model.clusters[0].isPublished = true
            } == nil)
    }
}
