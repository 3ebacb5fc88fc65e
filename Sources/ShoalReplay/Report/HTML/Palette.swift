internal import ShoalClustering

/// The colours of clusters, shared by all charts of a page. The clusters that were largest for longest get nine hues
/// that colour-blind readers can distinguish (Tol, "muted", 2021), in three shades each. The others get the same colours
/// with a texture.
struct Palette: Sendable {
    private let places: [ClusterID: Int]
    /// The number of plain colours, and of colours with and without a texture.
    static let plain = 27
    static let count = plain * (1 + Texture.all.count)

    init(_ report: ReplayReport) {
        places = Dictionary(report.byWeight.enumerated().map { ($1, $0 % Self.count) }) { first, _ in first }
    }

    /// Takes the colours of another report: each cluster gets the colour of its match, if it has one.
    init(_ report: ReplayReport, after other: Palette, _ partner: [ClusterID: ClusterID]) {
        var places: [ClusterID: Int] = [:]
        for (cluster, first) in partner { places[cluster] = other.places[first] }
        let used = Set(other.places.values)
        let free = (0..<Self.count).filter { !used.contains($0) } + (0..<Self.count)
        for (index, cluster) in report.byWeight.filter({ partner[$0] == nil }).enumerated() {
            places[cluster] = free[index % free.count]
        }
        self.places = places
    }

    /// Returns the CSS classes of a cluster's colour and texture; 0 means unassigned.
    func name(of cluster: ClusterID) -> String {
        let texture = cluster == 0 ? nil : places[cluster].flatMap(Self.texture)
        return plainName(of: cluster) + (texture.map { " \($0.name)" } ?? "")
    }

    /// Returns the CSS class of a cluster's colour without its texture, for shapes with text on them.
    func plainName(of cluster: ClusterID) -> String {
        guard cluster != 0, let place = places[cluster] else { return cluster == 0 ? "ku" : "kn" }
        return "k\(place % Self.plain)"
    }

    /// Returns the attributes of a shape that is filled with a cluster's colour and texture.
    func fill(of cluster: ClusterID) -> Markup {
        guard cluster != 0, let place = places[cluster], Self.texture(place) != nil else {
            return "class=\"\(name(of: cluster))\""
        }
        return "class=\"\(name(of: cluster))\" style=\"fill:url(#f\(place))\""
    }

    private static func texture(_ place: Int) -> Texture? {
        place < plain ? nil : Texture.all[place / plain - 1]
    }

    /// Returns an invisible image that defines the fills of the palettes' textures; empty if there are none.
    static func definitions(_ palettes: [Palette]) -> Markup {
        let used = Set(palettes.flatMap { $0.places.values }).filter { $0 >= plain }.sorted()
        guard !used.isEmpty else { return Markup() }
        let fills = used.map { place -> Markup in
            texture(place).map { $0.pattern("f\(place)", color: "k\(place % plain)") } ?? Markup()
        }
        return """
            <svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>\(fills)</defs></svg>

            """
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
