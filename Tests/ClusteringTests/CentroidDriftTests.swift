import Testing

@testable import ShoalClustering

@Suite("The drift of centroids")
struct CentroidDriftTests {
    /// Returns a model whose clusters have these values for topic 1.
    private static func model(_ values: [ClusterID: UInt16]) -> CompiledModel {
        var model = Model(settings: Settings())
        model.clusters = values.sorted { $0.key < $1.key }.map { id, value in
            var cluster = Cluster(id: id)
            cluster.centroid = [Component(topic: 1, value: value)]
            return cluster
        }
        return CompiledModel(model, version: 1)
    }

    private static func far(_ drift: CentroidDrift, since stamp: UInt32) -> [[ClusterID]] {
        drift.steps(since: stamp).map(\.far)
    }

    @Test("the growth between two centroids counts only what grew, rounded up")
    func growth() {
        func growth(_ old: [(TopicNumber, UInt16)], _ new: [(TopicNumber, UInt16)]) -> Int64 {
            CentroidDrift.growth(
                from: old.map { Component(topic: $0, value: $1) }, to: new.map { Component(topic: $0, value: $1) })
        }
        #expect(growth([(1, 9)], [(1, 9)]) == 0)
        #expect(growth([(1, 9), (5, 4)], [(1, 3)]) == 0)
        #expect(growth([(1, 10), (2, 100)], [(1, 13), (2, 40), (7, 4)]) == 5)
        #expect(growth([], [(1, 1), (2, 1)]) == 2)
    }

    @Test("the bounds of steps add up, and the current model needs none")
    func sum() {
        var drift = CentroidDrift(Self.model([1: 1_000, 2: 1_000]))
        #expect(drift.number == 0 && drift.growth(since: 0) == 0)
        drift.adopt(Self.model([1: 1_100, 2: 1_040]))
        drift.adopt(Self.model([1: 1_110, 2: 1_090]))
        #expect(drift.number == 2)
        #expect(drift.growth(since: 0) == 150 && drift.growth(since: 1) == 50 && drift.growth(since: 2) == 0)
        #expect(Self.far(drift, since: 0) == [[], []])
    }

    @Test("the same model twice is one step")
    func twice() {
        let (first, second) = (Self.model([1: 1_000]), Self.model([1: 1_001]))
        var drift = CentroidDrift(first)
        drift.adopt(first)
        #expect(drift.number == 0)
        drift.adopt(second)
        drift.adopt(second)
        #expect(drift.number == 1 && drift.growth(since: 0) == 1)
    }

    @Test("a new cluster and one that moved far are named, and left out of the bound")
    func far() {
        var drift = CentroidDrift(Self.model([1: 1_000, 2: 1_000]))
        drift.adopt(Self.model([1: 1_020, 2: 3_000, 3: 500]))
        #expect(Self.far(drift, since: 0) == [[3, 2]])
        #expect(drift.growth(since: 0) == 20)
    }

    @Test("if too many clusters are new, older bounds are lost; if too many moved far, the rest is in the bound")
    func many() {
        let few = Dictionary(uniqueKeysWithValues: (1...20).map { (ClusterID($0), UInt16(1_000)) })
        var drift = CentroidDrift(Self.model(few))
        drift.adopt(Self.model(few.mapValues { $0 + 400 }))
        #expect(Self.far(drift, since: 0) == [Array(1...8)])
        #expect(drift.growth(since: 0) == 400)
        let many = Dictionary(uniqueKeysWithValues: (1...29).map { (ClusterID($0), UInt16(1_400)) })
        drift.adopt(Self.model(many))
        #expect(drift.growth(since: 0) == nil && drift.growth(since: 1) == nil && drift.growth(since: 2) == 0)
        drift.adopt(Self.model(many.mapValues { $0 + 1 }))
        #expect(drift.growth(since: 2) == 1 && drift.growth(since: 1) == nil)
    }

    @Test("a bound that is more than 32 models old is lost")
    func old() {
        var drift = CentroidDrift(Self.model([1: 1_000]))
        for value in 1_001...1_040 as ClosedRange<UInt16> { drift.adopt(Self.model([1: value])) }
        #expect(drift.growth(since: 8) == 32 && drift.growth(since: 7) == nil)
    }
}
