import Testing

@testable import ShoalClustering

@Suite("The pool of samples")
struct SamplePoolTests {
    private static func sample(_ order: UInt64, _ value: UInt16 = 1) -> Sample {
        Sample(order: order, direction: [Component(topic: 1, value: value)])
    }

    private static func delta(
        _ partition: Int32, _ clusters: [ClusterDelta], number: Int64 = 1, from: Epoch = 3
    ) -> EpochDelta {
        EpochDelta(partition: partition, number: number, from: from, through: from, clusters: clusters)
    }

    private static func cluster(_ id: ClusterID, _ orders: some Sequence<Int>, members: Int64 = 10) -> ClusterDelta {
        ClusterDelta(cluster: id, samples: orders.map { sample(UInt64($0)) }, sampled: members)
    }

    private static func model(_ clusters: [ClusterID] = []) -> Model {
        var model = Model(settings: Settings())
        model.clusters = clusters.map { Cluster(id: $0) }
        return model
    }

    private static func orders(_ pool: SamplePool, _ id: ClusterID) -> [UInt64]? {
        pool.clusters[id]?.samples.map(\.order)
    }

    @Test("samples of all partitions are merged by order, and their members are added")
    func merge() {
        let pool = SamplePool(
            [
                Self.delta(0, [Self.cluster(1, [2, 9], members: 20)]),
                Self.delta(1, [Self.cluster(1, [1, 5], members: 7)]),
            ],
            Self.model([1]), version: 3)
        #expect(Self.orders(pool, 1) == [1, 2, 5, 9])
        #expect(pool.clusters[1]?.members == 27)
    }

    @Test("only the last delta of a partition counts")
    func last() {
        let pool = SamplePool(
            [
                Self.delta(0, [Self.cluster(1, [1])]), Self.delta(0, [Self.cluster(1, [4])], number: 2),
                Self.delta(1, [Self.cluster(1, [3])]),
            ], Self.model([1]), version: 3)
        #expect(Self.orders(pool, 1) == [3, 4] && pool.clusters[1]?.members == 20)
    }

    @Test("a merged cluster's samples belong to the survivor, and a cluster without samples has no entry")
    func lineage() {
        var model = Self.model([1, 3])
        model.merged = [Merge(cluster: 2, survivor: 3, tick: 1, version: 1)]
        let pool = SamplePool(
            [Self.delta(0, [Self.cluster(1, [], members: 0), Self.cluster(2, [6]), Self.cluster(3, [5])])], model,
            version: 3)
        #expect(Set(pool.clusters.keys) == [3] && Self.orders(pool, 3) == [5, 6])
    }

    @Test("256 samples of a cluster are kept, and of the unassigned 4,096 while there is no cluster")
    func bounds() {
        let deltas = [Self.delta(0, [Self.cluster(0, (0..<5_000).reversed()), Self.cluster(1, 0..<300)])]
        let with = SamplePool(deltas, Self.model([1]), version: 3)
        #expect(Self.orders(with, 0) == (0..<256).map { UInt64($0) } && with.clusters[1]?.samples.count == 256)
        let without = SamplePool(deltas, Self.model(), version: 3)
        #expect(Self.orders(without, 0) == (0..<4_096).map { UInt64($0) })
    }

    @Test("samples of equal order are sorted by content, not by the order of partitions")
    func ties() {
        let deltas = [7, 5].enumerated().map { partition, value in
            Self.delta(
                Int32(partition), [ClusterDelta(cluster: 1, samples: [Self.sample(4, UInt16(value))], sampled: 1)])
        }
        let pool = SamplePool(deltas, Self.model([1]), version: 3)
        #expect(pool.clusters[1]?.samples.map { $0.direction[0].value } == [5, 7])
    }

    @Test("above 256 clusters, an epoch takes an eighth of them from its own deltas, and always the unassigned")
    func sparse() {
        let ids = Array(1...257) as [ClusterID]
        let own = Self.delta(0, ([0] + ids).map { Self.cluster($0, [1]) })
        let older = Self.delta(1, ids.map { Self.cluster($0, [2]) }, from: 2)
        let pool = SamplePool([own, older], Self.model(ids), version: 3)
        #expect(Set(pool.clusters.keys) == Set([0] + ids.filter { $0 % 8 == 3 }))
        #expect(pool.clusters.values.allSatisfy { $0.samples.map(\.order) == [1] })
        let fewer = SamplePool([own, older], Self.model(Array(ids.dropLast())), version: 3)
        #expect(fewer.clusters.count == 258 && Self.orders(fewer, 1) == [1, 2])
    }
}
