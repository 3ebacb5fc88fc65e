internal import ShoalClustering
internal import ShoalSchemas

/// A map with one line per cluster, from its creation to its end, with its origin and drifts.
struct FamilyChart {
    let report: ReplayReport
    let palette: Palette

    /// Whether what is later than a moment is veiled.
    var isVeiled = false
    private let lanes: Lanes
    private let times: ClosedRange<Int64>
    /// The number of clusters that are omitted because there are too many.
    let left: Int

    /// - Parameter most: how many clusters are drawn, the largest ones.
    init(_ report: ReplayReport, _ palette: Palette, most: Int = 256) {
        self.report = report
        self.palette = palette
        let begin = report.rows.first?.time ?? 0
        let end = max(report.rows.last?.time ?? 0, begin + 1)
        times = begin...end
        let living = report.sizesAtEnd
        var lastSeen: [ClusterID: Int64] = [:]
        for row in report.rows { for cluster in row.clusters { lastSeen[cluster] = row.time } }
        let timeOf = Self.times(of: report)
        let drawn = report.clusters.sorted { $0.peak != $1.peak ? $0.peak > $1.peak : $0.id < $1.id }.prefix(most)
        left = report.clusters.count - drawn.count
        let lines = drawn.map { cluster in
            let from = min(max(timeOf(cluster.created), begin), end)
            let isLiving = living[cluster.id] != nil
            let last = isLiving ? end : cluster.ended.map(timeOf) ?? lastSeen[cluster.id] ?? end
            return Lanes.Line(cluster: cluster, from: from, to: min(max(last, from), end), isLiving: isLiving)
        }
        lanes = Lanes(lines, gap: (end - begin) / 24)
    }

    /// Returns the function from a version to the end of its epoch.
    private static func times(of report: ReplayReport) -> (Epoch) -> Int64 {
        let known = Dictionary(
            report.rows.map { ($0.version, $0.time) } + report.lifecycle.map { ($0.version, $0.time) }
        ) { first, _ in first }
        let row = report.rows.first
        return { version in
            if let time = known[version] { return time }
            guard let row, row.version != -1 else { return 0 }
            return row.time / (row.version + 1) * (version + 1)
        }
    }

    var markup: Markup { Markup(ChartFormat.allCases.map(image)) }

    private func image(_ format: ChartFormat) -> Markup {
        guard lanes.count > 0 else { return Markup() }
        let step = lanes.count <= 26 ? 24.0 : lanes.count <= 56 ? 18 : 12
        var plot = Plot(
            format, height: Double(lanes.count) * step + 46, times: times, most: 1,
            right: format == .wide ? 240 : 108)
        plot.left = format == .wide ? 40 : 30
        let map = Map(plot: plot, step: step, lanes: lanes, palette: palette)
        var grid = Markup()
        for tick in Ticks.times(times, count: format == .wide ? 9 : 4) {
            grid += "<path class=\"grid\" d=\"M\(plot.x(tick.time)) \(plot.top)V\(plot.base)\" />"
        }
        let drifts = report.lifecycle.filter { $0.kind == "cluster_drifted" }
        let top = Double(lanes.lines.map(\.cluster.peak).max() ?? 1)
        let image = plot.image(
            "Each cluster as a line over time: births, splits, merges and ends. The list below has the same data.",
            """
            \(grid)\(plot.timeAxis)<g class="links">\(lanes.lines.map(map.links))</g>
            <g class="lines">\(lanes.lines.map { map.line($0, most: top) })</g>
            <g class="marks">\(drifts.map(map.drift))\(lanes.lines.map(map.ends))</g>\(lanes.lines.map(map.label))
            """)
        return isVeiled ? "\(image)\(plot.veil)" : image
    }
}

/// The coordinates of the map.
private struct Map {
    let plot: Plot
    let step: Double
    let lanes: Lanes
    let palette: Palette

    func y(_ cluster: ClusterID) -> Double? {
        lanes.places[cluster].map { plot.top + (Double($0) + 0.6) * step }
    }

    /// Draws the links to the parent and to the survivor of a merge.
    func links(_ line: Lanes.Line) -> Markup {
        guard let own = y(line.cluster.id) else { return Markup() }
        var links = Markup()
        let bend = min(step * 1.2, 18)
        func link(_ from: Double, _ start: Double, _ to: Double, _ end: Double, _ style: String) -> Markup {
            """
            <path class="\(style)" d="M\(from) \(start)C\(from + bend * 0.7) \(start) \(to - bend * 0.7) \(end) \(to) \(end)" />
            """
        }
        let style = palette.name(of: line.cluster.id)
        if line.cluster.origin == "split", let parent = y(line.cluster.parent) {
            links += link(plot.x(line.from) - bend, parent, plot.x(line.from), own, style)
        }
        if line.cluster.survivor != 0, let survivor = y(line.cluster.survivor) {
            links += link(plot.x(line.to), own, plot.x(line.to) + bend, survivor, style)
        }
        return links
    }

    func line(_ line: Lanes.Line, most: Double) -> Markup {
        guard let y = y(line.cluster.id) else { return Markup() }
        let share = Double(max(line.cluster.peak, 0)) / max(most, 1)
        let thickness = min(2 + 6 * share.squareRoot(), step * 0.6)
        return """
            <path class="\(palette.name(of: line.cluster.id))" stroke-width="\(thickness)" \
            d="M\(plot.x(line.from)) \
            \(y)H\(max(plot.x(line.to), plot.x(line.from) + 1))"><title>\(text(line))</title></path>

            """
    }

    private func text(_ line: Lanes.Line) -> String {
        let cluster = line.cluster
        var text = "Cluster \(cluster.id)"
        if !cluster.leadingTopics.isEmpty { text += ": " + cluster.leadingTopics.joined(separator: ", ") }
        text += " – since \(ReportWords.time(line.from)) (\(cluster.origin)"
        text += cluster.parent != 0 ? " off \(cluster.parent))" : ")"
        if !line.isLiving {
            let fate =
                cluster.survivor != 0
                ? "merged into \(cluster.survivor)" : cluster.ended != nil ? "retired" : "gone"
            text += ", \(fate) \(ReportWords.time(line.to))"
        }
        return text + ", \(ReportWords.count(cluster.peak, "member")) at most"
    }

    /// Draws a ring for a birth, a bar for a retirement, and an open end for a cluster that is not published any more.
    func ends(_ line: Lanes.Line) -> Markup {
        guard let y = y(line.cluster.id) else { return Markup() }
        let style = palette.name(of: line.cluster.id)
        let size = min(step / 4, 4.5)
        var ends: Markup = "<circle class=\"\(style)\" cx=\"\(plot.x(line.from))\" cy=\"\(y)\" r=\"\(size)\" />"
        guard !line.isLiving, line.cluster.survivor == 0 else { return ends }
        let x = plot.x(line.to)
        ends +=
            line.cluster.ended != nil
            ? "<path class=\"\(style)\" d=\"M\(x) \(y - size - 1)V\(y + size + 1)\" />"
            : "<circle class=\"\(style)\" cx=\"\(x)\" cy=\"\(y)\" r=\"\(size)\" stroke-dasharray=\"2 2\" />"
        return ends
    }

    func drift(_ change: ReplayReport.Lifecycle) -> Markup {
        guard let y = y(change.cluster) else { return Markup() }
        let x = plot.x(min(max(change.time, plot.times.lowerBound), plot.times.upperBound))
        return """
            <path class="drift \(palette.name(of: change.cluster))" d="M\(x) \(y - 3.5)l3.5 3.5l-3.5 3.5l-3.5 -3.5Z">\
            <title>\(ReportWords.time(change.time)): \(change.sentence)</title></path>
            """
    }

    /// Draws the id and topics at the end of an active cluster's line, or the id at the start of an ended one's.
    func label(_ line: Lanes.Line) -> Markup {
        guard let y = y(line.cluster.id) else { return Markup() }
        guard line.isLiving else {
            guard step >= 18 else { return Markup() }
            return "<text class=\"s\" x=\"\(plot.x(line.from) + 6)\" y=\"\(y - 6)\">\(line.cluster.id)</text>"
        }
        let most = plot.format == .wide ? 34 : 13
        let about = line.cluster.leadingTopics.prefix(4).map(\.printable).joined(separator: ", ")
        let size = step >= 18 ? "" : " s"
        return """
            <text class="b\(size)" x="\(plot.end + 8)" y="\(y + 4)">\(line.cluster.id) \
            <tspan class="q">\(about.cut(to: most))</tspan></text>

            """
    }
}
