import ShoalClustering
import ShoalScoring
import Testing

@Suite("Counting")
struct CountingTests {
    private func change(_ member: Int, _ from: ClusterID, _ to: ClusterID, _ reason: Reason = .event) -> MemberChange {
        MemberChange(
            member: Pseudonym(member), from: from, to: to, reason: reason, model: nil, offset: 0, time: nil,
            epoch: nil)
    }

    @Test("a move back counts only if there is no move in between")
    func returns() {
        var log = MoveLog()
        log.take([change(1, 0, 4), change(1, 4, 5), change(2, 5, 4)])
        log.take([change(1, 5, 4), change(1, 4, 5)])
        #expect(log.byEvent == 4)
        #expect(log.returns == 2)
        #expect(log.joined == 1)
        // A move through a third cluster, through none, or by a reassignment pass does not count as a return.
        log = MoveLog()
        log.take([change(1, 4, 5), change(1, 5, 6), change(1, 6, 4)])
        log.take([change(2, 4, 5), change(2, 5, 0), change(2, 0, 5), change(2, 5, 4)])
        log.take([change(3, 4, 5), change(3, 5, 6, .split), change(3, 6, 5), change(3, 5, 4)])
        log.take([change(4, 4, 5), change(4, 5, 4, .split)])
        #expect(log.returns == 0)
        #expect(log.left == 1)
    }

    @Test("a merge is not a move, but a reassignment pass is")
    func causes() {
        var log = MoveLog()
        log.take([change(1, 4, 5, .merge), change(2, 4, 5, .split), change(3, 4, 5)])
        #expect(log.relabelled == 1)
        #expect(log.bySweep == 1)
        #expect(log.moves == 2)
    }

    @Test("a member that returns within an epoch has kept its id")
    func net() {
        var log = MoveLog()
        let moved = log.take([change(1, 4, 5), change(1, 5, 4), change(2, 4, 5), change(3, 4, 5, .split)])
        #expect(moved == [2])
    }

    @Test("a child merged back soon counts, in either direction, and others do not")
    func mergedBack() {
        func created(_ cluster: ClusterID, of parent: ClusterID, _ version: Epoch) -> LifecycleChange {
            let origin: LifecycleChange.Origin = parent == 0 ? .seed : .split
            return LifecycleChange(
                kind: .created, cluster: cluster, origin: origin, other: parent, version: version, members: 100)
        }
        func merged(_ cluster: ClusterID, into other: ClusterID, _ version: Epoch) -> LifecycleChange {
            LifecycleChange(kind: .merged, cluster: cluster, other: other, version: version, members: 100)
        }
        var log = OperationLog()
        log.take([created(1, of: 0, 10), created(2, of: 0, 10)])
        log.take([created(3, of: 1, 20), created(4, of: 1, 20), created(5, of: 2, 20), created(6, of: 2, 20)])
        log.take([merged(3, into: 1, 68), merged(2, into: 5, 30)])
        #expect(log.mergedBack == 2)
        // Too late; not its parent.
        log.take([merged(4, into: 1, 69), merged(6, into: 1, 40)])
        #expect(log.mergedBack == 2)
        #expect(log.lifetimes == [48, 20, 49, 20])
        #expect(log.living == 2)
    }

    @Test("median and worst include operations that never happened")
    func spread() {
        let spread = Spread([3, .infinity, 1, 2])
        #expect(spread.median == 2.5)
        #expect(spread.worst(.smaller) == .infinity)
        #expect(spread.worst(.larger) == 1)
        #expect(Spread([.infinity, .infinity]).median == .infinity)
        #expect(Spread([.nan, 4]).values == [4])
        #expect(Spread([]).median.isNaN)
    }

    @Test("a group's cluster is the one with the best F1")
    func match() {
        let labels: [Int32] = [1, 1, 1, 2, 2, 0, 3, 3, 3, 3]
        let group = [true, true, false, true, true, true, false, false, false, false]
        // Cluster 1: 2 · 2 / (3 + 5); cluster 2: 2 · 2 / (2 + 5).
        #expect(Groups.match(labels, group) == Groups.Match(cluster: 2, f1: 4.0 / 7))
        #expect(Groups.match(labels, group.map { _ in false }) == Groups.Match())
        #expect(Groups.match([0, 0], [true, true]) == Groups.Match())
    }

    @Test("separation is independent of the groups' sizes, and 0 between equals")
    func separation() {
        func value(_ first: Int, _ second: Int, apart: Double) -> Double {
            var points = Points(dimension: 3)
            var isFirst: [Bool] = []
            for index in 0..<(first + second) {
                let isOne = index < first
                points.append([
                    (0, isOne ? 1 : 1 - apart), (1, isOne ? 0 : apart), (2, index % 2 == 0 ? 0.4 : 0.2),
                ])
                isFirst.append(isOne)
            }
            return Groups.separation(points, isFirst)
        }
        #expect(abs(value(20, 20, apart: 0)) < 1e-6)
        #expect(value(20, 20, apart: 0.4) > 0.15)
        #expect(abs(value(20, 20, apart: 0.4) - value(200, 20, apart: 0.4)) < 0.05)
    }
}
