internal import ShoalClustering

/// The stacked sizes of clusters over time. Members in no published cluster are on top, in grey.
struct SizesChart {
    let report: ReplayReport
    let palette: Palette
    let family: Family
    /// The highest sum that the axis shows; `nil` for the report's own.
    var most: Int64?
    /// Whether what is later than a moment is veiled.
    var isVeiled = false
    /// The clusters that are looked for, beside which the others are pale; nil: all.
    var found: Set<ClusterID>?
    /// The number of bands up to which each has all points. More have fewer each, so that the page does not become larger.
    var fullBands = 48
    static let bands = 128
    static let lead: Markup = """
        Members of each cluster; related clusters are side by side. Grey: members of no published cluster.
        """

    var markup: Markup { Markup(ChartFormat.allCases.map(image)) }

    /// A band of the chart: one cluster, or several that are too small to be distinguished.
    private struct Band {
        var name: String
        /// The classes of its swatch and of its label.
        var style: String
        /// The attributes of its shape.
        var fill: Markup
        var label: String
        var values: [Int64]
        var isPale = false
    }

    private func bands(_ picked: [Int]) -> [Band] {
        let ranked = report.byWeight
        let own = Set(ranked.prefix(Self.bands))
        let topics = Dictionary(report.clusters.map { ($0.id, $0.leadingTopics) }) { first, _ in first }
        var bands = family.order.filter(own.contains).map { id in
            let about = (topics[id] ?? []).prefix(3).joined(separator: ", ")
            return Band(
                name: "Cluster \(id)" + (about.isEmpty ? "" : ": \(about)"), style: palette.name(of: id),
                fill: palette.fill(of: id), label: "\(id)", values: report.sizes(of: id, in: picked),
                isPale: found.map { !$0.contains(id) } ?? false)
        }
        let rows = picked.map { report.rows[$0] }
        let all = rows.map { $0.members.reduce(0, +) }
        let others = all.indices.map { index in all[index] - bands.reduce(0) { $0 + $1.values[index] } }
        let count = ranked.count - own.count
        if count > 0 {
            bands.append(
                Band(
                    name: "\(count) smaller clusters", style: "kn", fill: "class=\"kn\"", label: "others",
                    values: others, isPale: found != nil))
        }
        bands.append(
            Band(
                name: "In no published cluster", style: "ku", fill: "class=\"ku\"", label: "in none",
                values: rows.map(\.unpublished), isPale: found != nil))
        return bands.filter { band in band.values.contains { $0 > 0 } }
    }

    private func image(_ format: ChartFormat) -> Markup {
        let count = min(report.clusters.count, Self.bands)
        let picked = report.thinned(to: format.points * fullBands / max(count, fullBands))
        guard let first = picked.first, let last = picked.last else { return Markup() }
        let rows = picked.map { report.rows[$0] }
        let bands = bands(picked)
        let sums = rows.indices.map { index in bands.reduce(0) { $0 + $1.values[index] } }
        let plot = Plot(
            format, height: (format == .wide ? 380 : 300) + Double(max(bands.count - 32, 0)) * 3,
            times: report.rows[first].time...report.rows[last].time,
            most: Double(most ?? sums.max() ?? 1))
        let places = rows.map { plot.x($0.time) }
        var base = [Int64](repeating: 0, count: rows.count)
        var shapes = Markup()
        var labels = Markup()
        for (index, band) in bands.enumerated() {
            let top = zip(base, band.values).map { $0 + $1 }
            shapes += shape(band, plot, places, base, top, isReversed: index % 2 == 1)
            labels += label(band, plot, places, base, top)
            base = top
        }
        let image = plot.image(
            "Members of each cluster over time, stacked. The table below has the same numbers.",
            """
            \(plot.valueAxis { ReportWords.short(Int64($0)) })<g class="bands">\(shapes)</g>\(plot.timeAxis)\(labels)
            """)
        return isVeiled ? "\(image)\(plot.veil)" : image
    }

    /// - Parameter isReversed: Whether the outline goes around the other way. If bands take turns, the line between two of them is the
    ///   same text in both, which compresses.
    private func shape(
        _ band: Band, _ plot: Plot, _ places: [Double], _ base: [Int64], _ top: [Int64], isReversed: Bool
    ) -> Markup {
        var outline = Outline(parts: 2)
        let (there, back) = isReversed ? (base, top) : (top, base)
        // One more point on either side, because the band grows from zero.
        let first = max((band.values.firstIndex { $0 > 0 } ?? 0) - 1, 0)
        let last = min((band.values.lastIndex { $0 > 0 } ?? 0) + 1, places.count - 1)
        for index in first...last { outline.line(to: places[index], plot.y(Double(there[index]))) }
        if first == last { outline.line(to: plot.end, plot.y(Double(there[first]))) }
        if first == last { outline.line(to: plot.end, plot.y(Double(back[first]))) }
        for index in (first...last).reversed() { outline.line(to: places[index], plot.y(Double(back[index]))) }
        outline.close()
        let peak = ReportWords.number(band.values.max() ?? 0)
        let end = ReportWords.number(band.values.last ?? 0)
        return """
            <path \(band.fill)\(band.isPale ? " opacity=\".25\"" as Markup : "") d="\(outline.markup)"><title>\(band.name) – \(end) at the end, \(peak) at most</title></path>
            """
    }

    /// Returns the band's label at its thickest point, if it fits.
    private func label(_ band: Band, _ plot: Plot, _ places: [Double], _ base: [Int64], _ top: [Int64]) -> Markup {
        let wide = Double(band.label.count) * 7 + 8
        let inner = places.indices.filter { places[$0] - wide / 2 > plot.left && places[$0] + wide / 2 < plot.end }
        guard let thickest = inner.max(by: { band.values[$0] < band.values[$1] }) else { return Markup() }
        // The label must fit into the band over its whole width.
        let near = places.indices.filter { abs(places[$0] - places[thickest]) <= wide / 2 }
        let upper = near.map { plot.y(Double(top[$0])) }.max() ?? 0
        let lower = near.map { plot.y(Double(base[$0])) }.min() ?? 0
        guard lower - upper >= 13, !band.isPale else { return Markup() }
        return """
            <text class="on \(band.style)" x="\(places[thickest])" y="\((upper + lower) / 2 + 4)">\(band.label)</text>
            """
    }

    /// The chart's values at about twelve times.
    var table: Markup {
        let picked = report.thinned(to: 10)
        let head = picked.map { index -> Markup in
            "<th scope=\"col\">\(ReportWords.shortTime(report.rows[index].time))</th>"
        }
        let rows = bands(picked).map { band -> Markup in
            let cells = band.values.map { value -> Markup in "<td>\(ReportWords.number(value))</td>" }
            return "<tr><th scope=\"row\">\(band.name)</th>\(cells)</tr>\n"
        }
        return """
            <details><summary>As a table</summary>
            \(ReportPage.table(
                head: "<th scope=\"col\">members</th>\(head)", rows, label: "Members of each cluster", style: "numbers"))\
            </details>

            """
    }
}
