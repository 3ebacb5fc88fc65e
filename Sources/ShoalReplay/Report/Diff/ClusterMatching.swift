internal import ShoalClustering

/// Matches the clusters of two runs by their common members.
struct ClusterMatching {
    typealias Count = (a: ClusterID, b: ClusterID, members: Int64)

    private(set) var matches: [DiffReport.Match] = []
    private(set) var members = DiffReport.Members()

    /// - Parameters:
    ///   - counts: Common members, ascending by cluster of A, then of B. Cluster 0 means unassigned.
    ///   - a: All clusters of A, including those without a common member.
    init(_ counts: [Count], a: [ClusterID], b: [ClusterID]) {
        var sizes = (a: [ClusterID: Int64](), b: [ClusterID: Int64]())
        for id in a { sizes.a[id] = 0 }
        for id in b { sizes.b[id] = 0 }
        for count in counts {
            sizes.a[count.a, default: 0] += count.members
            sizes.b[count.b, default: 0] += count.members
        }
        sizes.a[0] = nil
        sizes.b[0] = nil
        let edges = counts.filter { count in
            guard let first = sizes.a[count.a], let second = sizes.b[count.b] else { return false }
            return 2 * count.members >= first || 2 * count.members >= second
        }
        let groups = Self.groups(edges, sizes.a.keys.sorted(), sizes.b.keys.sorted())
        var places = (a: [ClusterID: Int](), b: [ClusterID: Int]())
        for (index, group) in groups.enumerated() {
            for id in group.a { places.a[id] = index }
            for id in group.b { places.b[id] = index }
        }
        var shared = [Int64](repeating: 0, count: groups.count)
        for count in counts {
            members.compared += count.members
            switch (places.a[count.a], places.b[count.b]) {
            case (nil, nil): members.neither += count.members
            case (_?, nil): members.onlyA += count.members
            case (nil, _?): members.onlyB += count.members
            case (let first?, let second?) where first == second:
                shared[first] += count.members
                let isSame = groups[first].a.count == 1 && groups[first].b.count == 1
                if isSame { members.same += count.members } else { members.regrouped += count.members }
            default: members.elsewhere += count.members
            }
        }
        matches = groups.enumerated().map { index, group in
            DiffReport.Match(
                kind: Self.kind(group.a.count, group.b.count), a: group.a, b: group.b,
                membersOfA: group.a.reduce(0) { $0 + (sizes.a[$1] ?? 0) },
                membersOfB: group.b.reduce(0) { $0 + (sizes.b[$1] ?? 0) }, shared: shared[index])
        }
        matches.sort { left, right in
            let (first, second) = (left.membersOfA + left.membersOfB, right.membersOfA + right.membersOfB)
            return first != second
                ? first > second : (left.a.first ?? 0, left.b.first ?? 0) < (right.a.first ?? 0, right.b.first ?? 0)
        }
    }

    private static func kind(_ a: Int, _ b: Int) -> DiffReport.Match.Kind {
        switch (a, b) {
        case (1, 1): .same
        case (_, 0): .gone
        case (0, _): .new
        case (1, _): .split
        case (_, 1): .merged
        default: .regrouped
        }
    }

    /// Returns the connected clusters. Each list is ascending.
    private static func groups(
        _ edges: [Count], _ a: [ClusterID], _ b: [ClusterID]
    ) -> [(a: [ClusterID], b: [ClusterID])] {
        // Indices of B's clusters follow those of A.
        let first = Dictionary(a.enumerated().map { ($1, $0) }) { first, _ in first }
        let second = Dictionary(b.enumerated().map { ($1, $0 + a.count) }) { first, _ in first }
        var roots = Array(0..<(a.count + b.count))
        func root(_ place: Int) -> Int {
            var place = place
            while roots[place] != place { place = roots[place] }
            return place
        }
        for edge in edges {
            guard let left = first[edge.a], let right = second[edge.b] else { continue }
            let (one, other) = (root(left), root(right))
            roots[max(one, other)] = min(one, other)
        }
        var groups: [Int: (a: [ClusterID], b: [ClusterID])] = [:]
        for (place, id) in a.enumerated() { groups[root(place), default: ([], [])].a.append(id) }
        for (place, id) in b.enumerated() { groups[root(place + a.count), default: ([], [])].b.append(id) }
        return groups.sorted { $0.key < $1.key }.map(\.value)
    }
}

extension DiffReport {
    /// The cluster of A that each cluster of B continues. If several match, the largest one.
    var partners: [ClusterID: ClusterID] {
        var best: [ClusterID: (a: ClusterID, members: Int64)] = [:]
        let groups = matches.flatMap { match in match.b.map { ($0, match.a) } }
        let candidates = Dictionary(groups) { first, _ in first }
        for flow in flows where flow.from != 0 && flow.to != 0 {
            guard candidates[flow.to]?.contains(flow.from) == true else { continue }
            if flow.members > best[flow.to]?.members ?? 0 { best[flow.to] = (flow.from, flow.members) }
        }
        // Each colour is used for one cluster of B at most: the one with the most common members.
        var owners: [ClusterID: (b: ClusterID, members: Int64)] = [:]
        for (cluster, entry) in best.sorted(by: { $0.key < $1.key }) where entry.members > owners[entry.a]?.members ?? 0
        {
            owners[entry.a] = (cluster, entry.members)
        }
        return Dictionary(owners.map { ($1.b, $0) }) { first, _ in first }
    }
}
