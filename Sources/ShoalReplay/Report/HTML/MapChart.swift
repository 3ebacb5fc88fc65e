internal import ShoalClustering
internal import ShoalSchemas

/// A map of the clusters at the end of a report: circles with areas in proportion to members, similar clusters near each other, in the
/// colours of their families.
struct MapChart {
    private let clusters: [ReplayReport.Cluster]
    private let layout: MapLayout
    private let palette: Palette
    private let family: Family
    /// The clusters that are looked for, beside which the others are pale and lead nowhere; nil: all.
    private let found: Set<ClusterID>?
    /// The number of clusters that are omitted because there are too many.
    private let left: Int

    /// - Parameter most: how many clusters are drawn, the largest ones.
    init(
        _ report: ReplayReport, _ palette: Palette, _ family: Family, found: Set<ClusterID>? = nil, most: Int = 192
    ) {
        let living = report.living
        clusters = living.prefix(most).sorted { $0.id < $1.id }
        left = living.count - clusters.count
        layout = MapLayout(
            clusters.map { .init(id: $0.id, members: $0.members, neighbours: $0.branchClusters) })
        (self.palette, self.family, self.found) = (palette, family, found)
    }

    var lead: String {
        let more = left > 0 ? " \(ReportWords.number(left)) smaller clusters are not drawn." : ""
        return """
            Areas are members, and lines lead to the most similar cluster: near clusters are similar. Colours are families: that of \
            the cluster from which all others of it were split off.\(more)
            """
    }

    var markup: Markup { Markup(ChartFormat.allCases.map(image)) }

    private func height(_ format: ChartFormat) -> Double {
        min(220 + 8 * Double(clusters.count), format == .wide ? 520 : 600)
    }

    private func image(_ format: ChartFormat) -> Markup {
        guard !clusters.isEmpty else { return Markup() }
        let height = height(format)
        let discs = layout.discs(width: format.width, height: height)
        let shapes = zip(clusters, discs).map { cluster, disc in shape(cluster, disc) }
        return """
            <svg class="map \(format.name)" viewBox="0 0 \(format.width) \(height)" role="group" \
            aria-label="Map of clusters. The table below has the same data.">\
            <path class="near" d="\(lines(discs))" />\(shapes)</svg>

            """
    }

    /// Lines to the most similar clusters.
    private func lines(_ discs: [MapLayout.Disc]) -> Markup {
        let places = Dictionary(clusters.enumerated().map { ($1.id, $0) }) { first, _ in first }
        var lines = Markup()
        for (index, cluster) in clusters.enumerated() {
            guard let nearest = cluster.branchClusters.first, let other = places[nearest] else { continue }
            // Two that are nearest to each other share a line.
            if clusters[other].branchClusters.first == cluster.id, other < index { continue }
            var outline = Outline(parts: 1)
            outline.line(to: discs[index].x, discs[index].y)
            outline.line(to: discs[other].x, discs[other].y)
            lines += outline.markup
        }
        return lines
    }

    private func shape(_ cluster: ReplayReport.Cluster, _ disc: MapLayout.Disc) -> Markup {
        let style = palette.plainName(of: family.root(of: cluster.id))
        let isPale = found.map { !$0.contains(cluster.id) } ?? false
        let about = cluster.leadingTopics.prefix(3).joined(separator: ", ")
        let title = """
            Cluster \(cluster.id)\(cluster.label.map { " · \($0)" } ?? "")\(about.isEmpty ? "" : ": \(about)") – \(ReportWords.count(cluster.members, "member"))
            """
        let circle: Markup = """
            <circle class="\(style)" cx="\(disc.x)" cy="\(disc.y)" r="\(disc.radius)" />
            """
        if isPale { return "<g opacity=\".25\">\(circle)</g>" }
        return """
            <a href="#cluster-\(cluster.id)"><title>\(title)</title>\(circle)\(label(cluster, disc, style))</a>

            """
    }

    /// The number, and the first topic below it, if they fit.
    private func label(_ cluster: ReplayReport.Cluster, _ disc: MapLayout.Disc, _ style: String) -> Markup {
        let number = "\(cluster.id)"
        guard Double(number.count) * 3.6 + 2 < disc.radius else { return Markup() }
        let fitting = Int(disc.radius * 1.7 / 7.6)
        let topic = cluster.leadingTopics.first.map(\.printable) ?? ""
        guard disc.radius >= 30, !topic.isEmpty else {
            return "<text class=\"on \(style)\" x=\"\(disc.x)\" y=\"\(disc.y + 4)\">\(number)</text>"
        }
        return """
            <text class="on \(style)" x="\(disc.x)" y="\(disc.y - 2)">\(number)<tspan x="\(disc.x)" dy="14">\
            \(topic.cut(to: fitting))</tspan></text>
            """
    }

    /// The same data as text.
    var table: Markup {
        let rows = clusters.filter { found?.contains($0.id) ?? true }.map { cluster -> Markup in
            """
            <tr><th scope="row" class="own">\(cluster.id)</th><td class="r">\(ReportWords.number(cluster.members))</td>\
            <td>\(family.root(of: cluster.id))</td>\
            <td>\(cluster.branchClusters.map(String.init).joined(separator: ", "))</td></tr>

            """
        }
        let head: Markup = """
            <th scope="col">cluster</th><th scope="col" class="r">members</th><th scope="col">family of</th>\
            <th scope="col">most similar clusters</th>
            """
        return """
            <details><summary>As a table</summary>
            \(ReportPage.table(head: head, rows, label: "Clusters, their families and the most similar ones", style: "narrow"))\
            </details>

            """
    }
}
