import ShoalClustering
import ShoalScoring
import Testing

/// A stage with two topics per group, groups of given sizes, and given clusters.
private struct Stage {
    var epoch = 0
    /// Group, cluster, number of members, and topic.
    var parts: [(group: Int32, cluster: Int32, count: Int, topic: Int)]
    var judge: ScriptJudge

    init(_ steps: [ScriptStep], _ parts: [(group: Int32, cluster: Int32, count: Int, topic: Int)]) {
        self.parts = parts
        judge = ScriptJudge(steps: steps, settled: 0)
    }

    /// Advances by one epoch. The members of each part are always the same viewers.
    mutating func pass(_ changes: [LifecycleChange] = []) {
        var view = EpochView(epoch: epoch, version: epoch - 1, dimension: 20)
        view.leastMembers = 40
        for (index, part) in parts.enumerated() {
            for viewer in 0..<part.count {
                view.viewers.append(index * 1_000 + viewer)
                view.labels.append(part.cluster)
                view.groups.append(part.group)
                view.isPure.append(true)
                view.points.append([(topic: part.topic, value: 1), (topic: 19, value: 0.2)])
            }
        }
        view.active = Set(parts.filter { $0.count > 0 }.map(\.cluster))
        judge.take(view, changes)
        epoch += 1
    }
}

private func change(
    _ kind: LifecycleChange.Kind, _ cluster: ClusterID, other: ClusterID = 0, version: Epoch,
    origin: LifecycleChange.Origin? = nil
) -> LifecycleChange {
    LifecycleChange(kind: kind, cluster: cluster, origin: origin, other: other, version: version, members: 0)
}

@Suite("Script judge")
struct ScriptJudgeTests {
    @Test("the delay of a birth is from enough members of the group to the deciding model")
    func birth() {
        var stage = Stage([ScriptStep(.birth, groups: [2], begins: 2)], [(1, 1, 100, 1), (2, 0, 0, 2)])
        stage.pass([change(.created, 1, version: 0, origin: .seed)])
        stage.pass()
        stage.parts[1].count = 30
        stage.pass()
        stage.parts[1].count = 50
        stage.pass()
        stage.pass([change(.created, 7, version: 4, origin: .birth)])
        #expect(stage.judge.findings[0].delay == .infinity)
        stage.parts[1].cluster = 7
        stage.pass()
        #expect(stage.judge.findings[0].visible == 3)
        #expect(stage.judge.findings[0].delay == 1)
        #expect(stage.judge.findings[0].delayOfMembers == 2)
        // The seed's cluster belongs to no step. A second birth of the group would be reported too.
        #expect(stage.judge.unmirrored == ["0 created 1 (group 1)"])
    }

    @Test("a split is found when each group has a separate cluster", arguments: [true, false])
    func split(isOfParent: Bool) {
        var stage = Stage([ScriptStep(.split, groups: [3, 4], begins: 1)], [(3, 5, 100, 3), (3, 5, 100, 3)])
        stage.pass()
        stage.parts[1] = (4, 5, 100, 3)
        stage.pass()
        #expect(stage.judge.findings[0].visible == nil, "they watch the same yet")
        stage.parts[1].topic = 4
        stage.pass()
        stage.pass([
            isOfParent ? change(.split, 5, other: 9, version: 3) : change(.split, 9, other: 5, version: 3),
            change(.created, 9, other: 5, version: 3, origin: .split),
        ])
        stage.parts[1].cluster = 9
        stage.pass()
        stage.pass([change(.split, 5, other: 10, version: 5)])
        stage.pass()
        #expect(stage.judge.findings[0].visible == 2)
        #expect(stage.judge.findings[0].delay == 1)
        #expect(stage.judge.findings[0].delayOfMembers == 2)
        #expect(stage.judge.unmirrored == ["5 split 10 (group –), 5 (group 3)"])
    }

    @Test("a merge is found when the two groups' clusters merge")
    func merge() {
        var stage = Stage(
            [ScriptStep(.merge, groups: [5, 6], begins: 1)], [(5, 1, 100, 5), (6, 2, 90, 6), (7, 3, 50, 7)])
        stage.pass()
        stage.pass()
        stage.parts[1].topic = 5
        stage.pass([change(.merged, 3, other: 1, version: 2)])
        stage.pass([change(.merged, 2, other: 1, version: 3)])
        stage.parts[1].cluster = 1
        stage.pass()
        #expect(stage.judge.findings[0].visible == 2)
        #expect(stage.judge.findings[0].delay == 1)
        #expect(stage.judge.findings[0].delayOfMembers == 2)
        #expect(stage.judge.unmirrored == ["2 merged 3 (group 7), 1 (group 5)"])
    }

    @Test("a death is found when the group's cluster ends", arguments: [0, 4] as [ClusterID])
    func death(survivor: ClusterID) {
        var stage = Stage([ScriptStep(.death, groups: [8], begins: 1)], [(8, 2, 100, 8), (1, 4, 100, 1)])
        stage.pass()
        stage.pass()
        stage.parts[0].count = 15
        stage.pass()
        stage.pass()
        let end: LifecycleChange.Kind = survivor == 0 ? .retired : .merged
        stage.parts[0].count = 0
        stage.pass([change(end, 2, other: survivor, version: 4)])
        #expect(stage.judge.findings[0].visible == 2)
        #expect(stage.judge.findings[0].delay == 2)
        #expect(stage.judge.unmirrored.isEmpty)
    }

    @Test("a scattering is visible when no member is near the old centroid")
    func scatter() {
        var stage = Stage([ScriptStep(.scatter, groups: [9], begins: 1)], [(9, 2, 100, 9), (1, 4, 100, 1)])
        stage.pass()
        stage.parts[0].group = 1
        stage.pass()
        #expect(stage.judge.findings[0].visible == nil)
        stage.parts[0].topic = 1
        stage.pass()
        stage.parts[0].cluster = 4
        stage.pass([change(.retired, 2, version: 3)])
        #expect(stage.judge.findings[0].delay == 1)
    }

    @Test("a wandering group has the trace of its clusters")
    func wander() {
        var stage = Stage([ScriptStep(.wander, groups: [7], begins: 0)], [(7, 2, 100, 7), (1, 4, 100, 1)])
        stage.pass()
        stage.pass()
        stage.parts[0].cluster = 3
        stage.pass()
        #expect(stage.judge.wanderers == [2, 3])
    }

    @Test("scores count the unassigned as a group, and only viewers of pure taste")
    func agreement() {
        var view = EpochView(epoch: 0, version: 0, dimension: 1)
        for (label, group, pure) in [(1, 0, true), (1, 0, true), (0, 1, true), (0, 1, true), (1, 1, false)] {
            view.labels.append(Int32(label))
            view.groups.append(Int32(group))
            view.isPure.append(pure)
        }
        #expect(view.agreement.adjustedRand == 1)
        #expect(view.majorities == [1: 0])
    }
}
