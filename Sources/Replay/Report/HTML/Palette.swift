internal import Clustering

/// The colour of each cluster, the same in all charts of a page: nine hues that colour-blind readers can tell apart (Tol,
/// "muted", 2021) in two shades each for the clusters that were largest for longest, and grey for all others.
struct Palette: Sendable {
    private let places: [ClusterID: Int]
    static let colors = 18

    init(_ report: ReplayReport) {
        places = Dictionary(report.byWeight.prefix(Self.colors).enumerated().map { ($1, $0) }) { first, _ in first }
    }

    /// The colours of another report's clusters: each has that of the one it corresponds to, where there is one.
    init(_ report: ReplayReport, after other: Palette, _ partner: [ClusterID: ClusterID]) {
        var places: [ClusterID: Int] = [:]
        for (cluster, first) in partner { places[cluster] = other.places[first] }
        var free = Set(0..<Self.colors).subtracting(other.places.values)
        for cluster in report.byWeight where partner[cluster] == nil {
            guard let place = free.min() else { break }
            free.remove(place)
            places[cluster] = place
        }
        self.places = places
    }

    /// The class of shapes that stand for a cluster; 0: members in none.
    func name(of cluster: ClusterID) -> String {
        if cluster == 0 { return "ku" }
        return places[cluster].map { "k\($0)" } ?? "kn"
    }
}

extension ReplayReport {
    /// All clusters, those first that had the most members for the longest time; the end counts as much as the half of it.
    var byWeight: [ClusterID] {
        var weights: [ClusterID: Int64] = [:]
        for row in rows {
            for (cluster, members) in zip(row.clusters, row.members) { weights[cluster, default: 0] &+= members }
        }
        for (cluster, members) in sizesAtEnd { weights[cluster, default: 0] &+= members &* Int64(rows.count / 2) }
        return clusters.map(\.id).sorted { left, right in
            let (first, second) = (weights[left] ?? 0, weights[right] ?? 0)
            return first != second ? first > second : left < right
        }
    }
}
