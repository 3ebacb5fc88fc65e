import Testing

@testable import ShoalClustering

@Suite("Moves of members between published clusters")
struct PublishedMoveTests {
    /// A published cluster 1 with a part 2 that was split off and is suppressed, and another published cluster 3; k = 100.
    private func model() -> Model {
        var settings = Settings()
        settings.minClusterSize = 100
        var model = Model(settings: settings)
        for (id, size) in [(1, 900), (2, 80), (3, 500)] as [(ClusterID, Int64)] {
            var cluster = Cluster(id: id)
            cluster.sums.count = size
            cluster.centroid = [Component(topic: TopicNumber(id), value: 32_000)]
            if id == 2 { (cluster.origin, cluster.parent) = (.split, 1) }
            model.clusters.append(cluster)
        }
        model.nextID = 4
        model.ticks = 1
        _ = model.refreshPublishedClusters(ended: [], version: 1)
        return model
    }

    private func grown(to size: Int64, ofParent members: Int64) -> Model {
        var next = model()
        next.ticks = 2
        next.clusters[1].sums.count = size
        next.clusters[1].sums.published = [
            PublishedCount(published: 0, count: size - members), PublishedCount(published: 1, count: members),
        ]
        _ = next.refreshPublishedClusters(ended: [], version: 2)
        return next
    }

    private func opening(to next: Model) -> Opening {
        Opening(
            from: CompiledModel(model(), version: 1), to: CompiledModel(next, version: 2), closed: 3, epoch: 4)
    }

    @Test("are listed by the model from 1.25 times the minimum size on, by where members were published")
    func listed() {
        #expect(
            grown(to: 130, ofParent: 125).moves == [PublishedMove(from: 1, to: 2, reason: .split, version: 2)],
            "5 members who were in none join later")
        #expect(grown(to: 130, ofParent: 124).moves == [], "124 are too few to move together")
        #expect(
            grown(to: 300, ofParent: 150).moves.map(\.from) == [0, 1], "150 members join, and 150 move")
    }

    @Test("are carried out together, or wait until the member watches something")
    func carriedOut() {
        let (large, small) = (opening(to: grown(to: 130, ofParent: 125)), opening(to: grown(to: 130, ofParent: 124)))
        let move = large.move(of: 1, from: 2, to: 2, hasWatched: false, nil)
        #expect(move?.to == 2 && move?.reason == .split && move?.version == 2)
        #expect(large.move(of: 1, from: 2, to: 2, hasWatched: true, nil)?.reason == .split, "with the others")
        #expect(small.move(of: 1, from: 2, to: 2, hasWatched: false, nil) == nil)
        let own = small.move(of: 1, from: 2, to: 2, hasWatched: true, nil)
        #expect(own?.to == 2 && own?.reason == .event)
        let other = large.move(of: 3, from: 2, to: 2, hasWatched: false, nil)
        #expect(other == nil, "whom its own watch moved from 3 before, and who waits since")
        #expect(large.move(of: 0, from: 2, to: 2, hasWatched: false, nil) == nil, "too few join")
    }

    @Test("are all published if no group is too small")
    func everyMove() {
        var next = grown(to: 130, ofParent: 1)
        next.settings.minClusterSize = 1
        let move = opening(to: next).move(of: 1, from: 2, to: 2, hasWatched: false, .split)
        #expect(move?.to == 2 && move?.reason == .split)
    }

    @Test("who was never published joins a cluster only once it is published")
    func joins() {
        let before = model()
        #expect(before.home(of: 2, published: 0) == 0 && before.home(of: 2, published: 1) == 1)
        let after = grown(to: 130, ofParent: 100)
        #expect(after.home(of: 2, published: 0) == 2)
    }

    @Test("the members of a retired cluster count as those of the most similar published one")
    func retired() {
        var model = model()
        let gone = model.clusters[2]
        model.clusters[2].isActive = false
        let changes = model.refreshPublishedClusters(ended: [.init(cluster: gone, survivor: 0)], version: 2)
        #expect(changes.map(\.kind) == [.retired] && model.publishedCluster(of: 3) == 1)
    }
}
