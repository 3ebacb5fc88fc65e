internal import ShoalClustering
internal import ShoalSchemas

/// A Sankey diagram: bands between the clusters on the left and on the right, with widths in proportion to members.
/// Members of no cluster on either side are left out.
struct FlowChart {
    /// One side: the order, colours and topics of its clusters.
    struct Side {
        var title: String
        var order: [ClusterID]
        var palette: Palette
        var topics: [ClusterID: [String]]
        /// The number of members of each cluster.
        fileprivate var sizes: [ClusterID: Int64] = [:]

        init(title: String, order: [ClusterID], palette: Palette, clusters: [ReplayReport.Cluster]) {
            self.title = title
            self.palette = palette
            self.order = order
            topics = Dictionary(clusters.map { ($0.id, $0.leadingTopics) }) { first, _ in first }
        }
    }

    private let flows: [ReplayReport.Flows.Flow]
    private let left: Side
    private let right: Side
    private let label: String
    /// Whether the members of a flow stay in their cluster.
    private let isStay: (ReplayReport.Flows.Flow) -> Bool
    private static let most = 800
    /// In pixels.
    private static let lineHeight = 14.0

    init(
        _ flows: [ReplayReport.Flows.Flow], from left: Side, to right: Side, label: String,
        isStay: @escaping (ReplayReport.Flows.Flow) -> Bool
    ) {
        // Only the largest flows are visible if there are very many.
        let largest = flows.filter { $0.members > 0 && $0.from != 0 && $0.to != 0 }
            .sorted { $0.members != $1.members ? $0.members > $1.members : ($0.from, $0.to) < ($1.from, $1.to) }
            .prefix(Self.most)
        var (left, right) = (left, right)
        for flow in largest {
            left.sizes[flow.from, default: 0] += flow.members
            right.sizes[flow.to, default: 0] += flow.members
        }
        left.order = left.order.filter { left.sizes[$0] != nil }
        right.order = right.order.filter { right.sizes[$0] != nil }
        self.flows = Array(largest)
        (self.left, self.right, self.label, self.isStay) = (left, right, label, isStay)
    }

    var markup: Markup { flows.isEmpty ? Markup() : Markup(ChartFormat.allCases.map(image)) }

    private func image(_ format: ChartFormat) -> Markup {
        let count = max(left.order.count, right.order.count)
        let gap = count <= 32 ? 5.0 : 2.0
        let least = min(60 + 60 * Double(count), 300)
        let height = min(max(Double(count) * 19, least), 1_200)
        let total = Double(max(flows.reduce(0) { $0 + $1.members }, 1))
        let scale = (height - gap * Double(count)) / total
        let margin = format == .wide ? 232.0 : 74.0
        let columns = (margin, format.width - margin)
        let top = 24.0
        let (starts, ends) = (places(left, gap, scale, top), places(right, gap, scale, top))
        var (startNext, endNext) = (starts, ends)
        let (leftRank, rightRank) = (ranks(left), ranks(right))
        // Bands are sorted by the other side's order to reduce crossings.
        let byStart = flows.sorted { (rightRank[$0.to] ?? 0) < (rightRank[$1.to] ?? 0) }
        var begins: [[ClusterID]: Double] = [:]
        for flow in byStart {
            begins[[flow.from, flow.to]] = startNext[flow.from] ?? 0
            startNext[flow.from, default: 0] += Double(flow.members) * scale
        }
        var (stays, moves, labels) = (Markup(), Markup(), Markup())
        for flow in flows.sorted(by: { (leftRank[$0.from] ?? 0) < (leftRank[$1.from] ?? 0) }) {
            let start = begins[[flow.from, flow.to]] ?? 0
            let end = endNext[flow.to] ?? 0
            let thickness = Double(flow.members) * scale
            endNext[flow.to, default: 0] += thickness
            let band = self.band(flow, columns, start, end, max(thickness, 0.4))
            if isStay(flow) {
                stays += band
                continue
            }
            moves += band
            // A band that is thicker than a line of text has room for one.
            guard thickness >= Self.lineHeight else { continue }
            labels += """
                <text class="band" x="\(format.width / 2)" y="\((start + end + thickness) / 2 + 4)">\(flow.from) → \
                \(flow.to): \(ReportWords.short(flow.members))</text>
                """
        }
        return Plot.image(
            format, height: height + top + 10, label,
            """
            \(titles(format, columns))
            <g class="stays">\(stays)</g><g class="moves">\(moves)</g>\(labels)
            \(nodes(left, starts, scale, x: columns.0, isLeft: true, format))\
            \(nodes(right, ends, scale, x: columns.1, isLeft: false, format))
            """)
    }

    /// The titles above the columns. On a phone, long titles take the whole width.
    private func titles(_ format: ChartFormat, _ columns: (Double, Double)) -> Markup {
        let isWide = format == .wide || max(left.title.count, right.title.count) < 8
        return """
            <text x="\(isWide ? columns.0 + 6 : 0)" y="12" class="\(isWide ? "b e" : "b")">\(left.title)</text>\
            <text x="\(isWide ? columns.1 - 6 : format.width)" y="12" class="\(isWide ? "b" : "b e")">\(right.title)</text>
            """
    }

    private func places(_ side: Side, _ gap: Double, _ scale: Double, _ top: Double) -> [ClusterID: Double] {
        var places: [ClusterID: Double] = [:]
        var y = top
        for cluster in side.order {
            places[cluster] = y
            y += Double(side.sizes[cluster] ?? 0) * scale + gap
        }
        return places
    }

    private func ranks(_ side: Side) -> [ClusterID: Int] {
        Dictionary(side.order.enumerated().map { ($1, $0) }) { first, _ in first }
    }

    private func band(
        _ flow: ReplayReport.Flows.Flow, _ columns: (Double, Double), _ start: Double, _ end: Double,
        _ thickness: Double
    ) -> Markup {
        let (from, to) = (columns.0 + 6, columns.1 - 6)
        let middle = (from + to) / 2
        var outline = Outline()
        outline.line(to: from, start)
        outline.curve(middle, start, middle, end, to: to, end)
        outline.line(to: to, end + thickness)
        outline.curve(middle, end + thickness, middle, start + thickness, to: from, start + thickness)
        outline.close()
        return """
            <path class="\(left.palette.name(of: flow.from))" d="\(outline.markup)"><title>\(flow.from) → \(flow.to): \
            \(ReportWords.count(flow.members, "member"))</title></path>

            """
    }

    private func nodes(
        _ side: Side, _ places: [ClusterID: Double], _ scale: Double, x: Double, isLeft: Bool, _ format: ChartFormat
    ) -> Markup {
        var (markup, free) = (Markup(), -Double.infinity)
        for cluster in side.order {
            let (y, members) = (places[cluster] ?? 0, side.sizes[cluster] ?? 0)
            let height = max(Double(members) * scale, 0.8)
            markup += """
                <rect class="\(side.palette.name(of: cluster))" x="\(x - 6)" y="\(y)" width="12" height="\(height)">\
                <title>\(cluster): \(ReportWords.count(members, "member"))</title></rect>
                """
            // Overlapping labels are omitted.
            let middle = y + height / 2 + 4
            guard middle - free >= 13 else { continue }
            free = middle
            let about = (side.topics[cluster] ?? []).prefix(3).map(\.printable).joined(separator: ", ")
            let text = about.cut(to: format == .wide ? 26 : 7)
            markup += """
                <text x="\(isLeft ? x - 12 : x + 12)" y="\(middle)" class="\(isLeft ? "e" : "b")">\
                <tspan class="n">\(cluster)</tspan> \
                <tspan class="q">\(format == .wide ? "\(text) · " : "")\(ReportWords.short(members))</tspan></text>

                """
        }
        return markup
    }
}
