internal import ShoalClustering

/// The colours of clusters, shared by all charts of a page. The clusters that were largest for longest get nine hues
/// that colour-blind readers can distinguish (Tol, "muted", 2021), in two shades each. All others are grey.
struct Palette: Sendable {
    private let places: [ClusterID: Int]
    static let colors = 18

    init(_ report: ReplayReport) {
        places = Dictionary(report.byWeight.prefix(Self.colors).enumerated().map { ($1, $0) }) { first, _ in first }
    }

    /// Takes the colours of another report: each cluster gets the colour of its match, if it has one.
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

    /// Returns the CSS class of a cluster's shapes; 0 means unassigned.
    func name(of cluster: ClusterID) -> String {
        if cluster == 0 { return "ku" }
        return places[cluster].map { "k\($0)" } ?? "kn"
    }
}

extension ReplayReport {
    /// All clusters, ordered by members accumulated over time. The final size counts as much as half of the sum.
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
