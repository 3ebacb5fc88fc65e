import ShoalClustering
import Testing

@testable import ShoalReplay

@Suite("Map of clusters")
struct MapLayoutTests {
    /// Groups of five, in which each cluster has three others as neighbours.
    private func nodes(_ count: Int) -> [MapLayout.Node] {
        (0..<count).map { index in
            let group = index / 5 * 5
            let neighbours = (1...3).map { ClusterID(group + (index + $0) % 5 + 1) }.filter { Int($0) <= count }
            return .init(id: ClusterID(index + 1), members: Int64(50 + index * index * 7 % 900), neighbours: neighbours)
        }
    }

    private func distance(_ left: MapLayout.Disc, _ right: MapLayout.Disc) -> Double {
        ((left.x - right.x) * (left.x - right.x) + (left.y - right.y) * (left.y - right.y)).squareRoot()
    }

    @Test("circles lie within the map and do not overlap", arguments: [0, 1, 2, 7, 40, 192])
    func separate(count: Int) {
        for (width, height) in [(1_080.0, 520.0), (358.0, 600.0)] {
            var nodes = nodes(count)
            // One that has nearly all members, and several without any.
            for index in nodes.indices where index % 3 == 0 { nodes[index].members = index == 0 ? 1_000_000 : 0 }
            for nodes in [nodes, self.nodes(count)] {
                let discs = MapLayout(nodes).discs(width: width, height: height)
                #expect(discs.count == count)
                for (index, disc) in discs.enumerated() {
                    #expect(disc.radius > 0 && disc.x >= disc.radius - 0.001 && disc.y >= disc.radius - 0.001)
                    #expect(disc.x <= width - disc.radius + 0.001 && disc.y <= height - disc.radius + 0.001)
                    for other in discs.dropFirst(index + 1) {
                        #expect(distance(disc, other) >= disc.radius + other.radius)
                    }
                }
            }
        }
    }

    @Test("neighbours are nearer than others")
    func near() {
        let discs = MapLayout(nodes(40)).discs(width: 1_000, height: 1_000)
        var (near, far): ([Double], [Double]) = ([], [])
        for left in discs.indices {
            for right in discs.indices where right > left {
                let found = distance(discs[left], discs[right])
                if left / 5 == right / 5 { near.append(found) } else { far.append(found) }
            }
        }
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
        #expect(mean(near) * 1.5 < mean(far), "\(mean(near)), \(mean(far))")
    }

    @Test("places are the same each time, and a small change moves few clusters far")
    func stable() {
        let first = MapLayout(nodes(40)).discs(width: 1_000, height: 500)
        let again = MapLayout(nodes(40)).discs(width: 1_000, height: 500)
        #expect(zip(first, again).allSatisfy { $0.x == $1.x && $0.y == $1.y && $0.radius == $1.radius })
        var changed = nodes(40)
        changed[7].neighbours.swapAt(0, 1)
        for index in changed.indices { changed[index].members += Int64(index % 2) * 10 }
        changed.append(.init(id: 99, members: 100, neighbours: [20, 19, 18]))
        let next = MapLayout(changed).discs(width: 1_000, height: 500)
        let moves = zip(first, next).map(distance).sorted()
        #expect(moves[moves.count / 2] < 60, "\(moves)")
    }
}
