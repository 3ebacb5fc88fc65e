import Testing

@testable import ShoalClustering

@Suite("Suppressed clusters")
struct SuppressionTests {
    private func model(_ sizes: [Int64]) -> Model { .of(sizes: sizes) }

    private func refresh(_ model: inout Model, _ ended: [Lifecycle.Ended] = []) -> [String] {
        model.refreshPublishedClusters(ended: ended, version: 9).map {
            "\($0.kind) \($0.cluster) \($0.other) \($0.members)"
        }
    }

    @Test("a split's child that is too small counts as its parent, for as long as it takes")
    func child() {
        var model = model([900, 500])
        _ = refresh(&model)
        var child = Cluster(id: 3)
        child.sums.count = 80
        (child.origin, child.parent) = (.split, 1)
        child.centroid = model.clusters[1].centroid
        model.clusters[0].sums.count = 820
        model.clusters.append(child)
        model.nextID = 4
        for ticks in [1, 10, 10_000] as [Int64] {
            model.ticks = ticks
            #expect(refresh(&model) == [])
            #expect(model.publishedCluster(of: 3) == 1, "not 2, which is as similar as can be")
        }
        model.clusters[2].sums.count = 100
        #expect(refresh(&model) == ["created 3 1 100", "split 1 3 820"])
        #expect(model.publishedCluster(of: 3) == 3)
    }

    @Test("a cluster that becomes too small merges into the most similar one, and is split from it when it is back")
    func shrinks() {
        var model = model([300, 200, 300, 150])
        #expect(refresh(&model).count == 4)
        model.clusters[3].sums.count = 99
        #expect(refresh(&model) == ["merged 4 3 99"])
        #expect(model.publishedCluster(of: 4) == 3)
        model.clusters[3].sums.count = 119
        #expect(refresh(&model) == [], "it is published again from 120")
        model.clusters[3].sums.count = 120
        #expect(refresh(&model) == ["created 4 3 120", "split 3 4 300"])
    }

    @Test("a suppressed cluster stays with the cluster that it counted as, and with that one's survivor")
    func stays() {
        var model = model([300, 99, 300, 150])
        _ = refresh(&model)
        #expect(model.publishedCluster(of: 2) == 1)
        model.clusters[1].centroid = model.clusters[2].centroid
        #expect(refresh(&model) == [] && model.publishedCluster(of: 2) == 1)
        let gone = model.clusters.removeFirst()
        model.merged = [Merge(cluster: 1, survivor: 4, tick: 1, version: 9)]
        let ended = Lifecycle.Ended(cluster: gone, survivor: 4)
        #expect(refresh(&model, [ended]) == ["merged 1 4 399"])
        #expect(model.publishedCluster(of: 2) == 4)
    }

    @Test("if the cluster that a suppressed one counts as is suppressed, too, both stay together")
    func together() {
        var model = model([300, 120, 300])
        _ = refresh(&model)
        var child = Cluster(id: 4)
        child.sums.count = 80
        (child.origin, child.parent) = (.split, 1)
        // Alone, it would count as cluster 3.
        child.centroid = model.clusters[2].centroid
        model.clusters.append(child)
        model.nextID = 5
        #expect(refresh(&model) == [] && model.publishedCluster(of: 4) == 1)
        model.clusters[0].sums.count = 99
        #expect(refresh(&model) == ["merged 1 2 179"])
        #expect(model.publishedCluster(of: 1) == 2 && model.publishedCluster(of: 4) == 2)
    }

    @Test("a parent that is suppressed is not named, and without any published cluster members are in none")
    func nameless() {
        var model = model([99, 99])
        (model.clusters[1].origin, model.clusters[1].parent) = (.split, 1)
        #expect(refresh(&model) == [])
        #expect(model.publishedCluster(of: 1) == 0 && model.publishedCluster(of: 2) == 0)
        model.clusters[1].sums.count = 101
        #expect(refresh(&model) == ["created 2 0 200"])
        #expect(model.publishedCluster(of: 1) == 2)
    }

    @Test("the published number of members includes suppressed clusters, so that it is what subscribers count")
    func members() {
        var model = model([300, 99])
        _ = refresh(&model)
        #expect(model.descriptions().map(\.description.members) == [399])
    }
}
