import Testing

@testable import ShoalClustering

@Suite("The lineage that changes have announced")
struct LineageTests {
    /// `Model.of(sizes:)` with all large clusters published.
    private func model(_ sizes: [Int64], _ rules: LifecycleRules = .current) -> Model {
        var model = Model.of(sizes: sizes)
        model.rules = rules
        _ = refresh(&model)
        return model
    }

    private func refresh(_ model: inout Model, _ ended: [Lifecycle.Ended] = []) -> [LifecycleChange] {
        model.ticks += 1
        return model.refreshPublishedClusters(ended: ended, version: model.ticks)
    }

    /// Adds a cluster that was split off from cluster 1.
    private func split(_ model: inout Model, _ size: Int64) {
        var child = Cluster(id: model.nextUnpublishedID)
        model.nextUnpublishedID += 1
        child.sums.count = size
        (child.origin, child.parent, child.created) = (.split, 1, model.ticks + 1)
        child.centroid = model.clusters[0].centroid
        model.clusters.append(child)
    }

    private func lineage(_ model: Model, _ id: ClusterID) -> AnnouncedLineage? {
        model.index(of: id).map { model.clusters[$0].lineage }
    }

    @Test("a split's child has the parent that was named, for as long as it is published")
    func parent() throws {
        var model = model([900, 500])
        split(&model, 120)
        #expect(refresh(&model).map(\.kind) == [.created, .split])
        #expect(lineage(model, 3)?.parent == 1 && lineage(model, 3)?.lastChange == .created)
        #expect(lineage(model, 1)?.parent == 0 && lineage(model, 1)?.lastChange == .split)
        // The parent is suppressed, and the child's record does not change.
        model.clusters[0].sums.count = 99
        #expect(refresh(&model).map(\.kind) == [.merged])
        #expect(lineage(model, 3)?.parent == 1 && lineage(model, 1) == AnnouncedLineage())
        // Back again, the parent is the cluster that it counted as.
        model.clusters[0].sums.count = 120
        let created = try #require(refresh(&model).first { $0.kind == .created })
        #expect(created.cluster == 1 && lineage(model, 1)?.parent == created.other)
    }

    @Test("a parent that is suppressed when the child is published is not told later, either")
    func suppressedParent() {
        var model = model([99, 500])
        split(&model, 120)
        #expect(refresh(&model).map(\.other) == [0])
        let child = model.clusters.last { $0.isPublished }?.id ?? 0
        model.clusters[0].sums.count = 900
        _ = refresh(&model)
        #expect(lineage(model, 1)?.lastChange == .created)
        #expect(lineage(model, child)?.parent == 0)
    }

    @Test("a survivor has the clusters that were published as merged into it, until they are published again")
    func merged() {
        var model = model([300, 200, 300, 150])
        model.clusters[3].sums.count = 99
        #expect(refresh(&model).map(\.other) == [3])
        #expect(lineage(model, 3)?.merged == [4] && lineage(model, 4) == AnnouncedLineage())
        model.clusters[3].sums.count = 150
        #expect(refresh(&model).map(\.kind) == [.created, .split])
        #expect(lineage(model, 3)?.merged == [] && lineage(model, 4)?.parent == 3)
    }

    @Test("only the last sixteen merges are kept")
    func bound() {
        var model = model([300] + [Int64](repeating: 150, count: 20))
        for index in 1...20 {
            let gone = model.clusters.remove(at: 1)
            model.merged.append(Merge(cluster: gone.id, survivor: 1, tick: model.ticks, version: model.ticks))
            #expect(refresh(&model, [.init(cluster: gone, survivor: 1)]).map(\.kind) == [.merged], "\(index)")
        }
        #expect(lineage(model, 1)?.merged == (6...21).map { ClusterID($0) })
    }

    @Test("rules before 9 record none")
    func earlierRules() throws {
        let rules = try #require(LifecycleRules(version: 8))
        var model = model([900, 500], rules)
        split(&model, 120)
        #expect(refresh(&model).count == 2)
        #expect(model.clusters.allSatisfy { $0.lineage == AnnouncedLineage() })
    }
}
