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

    private struct Band {
        var from: ClusterID
        var to: ClusterID
        /// Its widths, in members.
        var left: Double
        var right: Double
        var title: String
        /// The text on a wide band.
        var label: String
        /// Whether it stays in its cluster.
        var isStay: Bool
    }

    private let bands: [Band]
    private let left: Side
    private let right: Side
    private let label: String
    private static let most = 800
    /// In pixels.
    private static let lineHeight = 14.0

    /// - Parameter isStay: Whether the members of a flow stay in their cluster.
    init(
        _ flows: [ReplayReport.Flows.Flow], from left: Side, to right: Side, label: String,
        isStay: (ReplayReport.Flows.Flow) -> Bool
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
        let bands = largest.map { flow in
            Band(
                from: flow.from, to: flow.to, left: Double(flow.members), right: Double(flow.members),
                title: "\(flow.from) → \(flow.to): \(ReportWords.count(flow.members, "member"))",
                label: "\(flow.from) → \(flow.to): \(ReportWords.short(flow.members))", isStay: isStay(flow))
        }
        self.init(bands, left, right, label)
    }

    /// The clusters of two moments by their descent. What descends from a cluster shares its height, in proportion to sizes.
    init(_ flows: ClusterFlows, from left: Side, to right: Side, label: String) {
        var (left, right) = (left, right)
        for cluster in flows.clusters {
            left.sizes[cluster.id] = cluster.from.map { max($0, 1) }
            right.sizes[cluster.id] = cluster.to.map { max($0, 1) }
        }
        func size(_ side: Side, _ cluster: ClusterID) -> Double { Double(side.sizes[cluster] ?? 0) }
        var (after, before): ([ClusterID: Double], [ClusterID: Double]) = ([:], [:])
        for flow in flows.flows {
            after[flow.from, default: 0] += size(right, flow.to)
            before[flow.to, default: 0] += size(left, flow.from)
        }
        let bands = flows.flows.map { flow in
            let title =
                switch flow.kind {
                case .continued: "\(flow.from)"
                case .split: "\(flow.to) was split off \(flow.from)"
                case .merged: "\(flow.from) merged into \(flow.to)"
                }
            let (start, end) = (size(left, flow.from), size(right, flow.to))
            return Band(
                from: flow.from, to: flow.to, left: start * end / max(after[flow.from] ?? 0, 1),
                right: end * start / max(before[flow.to] ?? 0, 1), title: title, label: "\(flow.from) → \(flow.to)",
                isStay: flow.kind == .continued)
        }
        self.init(bands, left, right, label)
    }

    private init(_ bands: [Band], _ left: Side, _ right: Side, _ label: String) {
        var (left, right) = (left, right)
        left.order = left.order.filter { left.sizes[$0] != nil }
        right.order = right.order.filter { right.sizes[$0] != nil }
        (self.bands, self.left, self.right, self.label) = (bands, left, right, label)
    }

    var markup: Markup {
        left.order.isEmpty && right.order.isEmpty ? Markup() : Markup(ChartFormat.allCases.map(image))
    }

    private func image(_ format: ChartFormat) -> Markup {
        let count = max(left.order.count, right.order.count)
        let gap = count <= 32 ? 5.0 : 2.0
        let least = min(60 + 60 * Double(count), 300)
        let height = min(max(Double(count) * 19, least), 1_200)
        let total = Double(max([left, right].map { side in side.sizes.values.reduce(0, +) }.max() ?? 1, 1))
        let scale = (height - gap * Double(count)) / total
        let margin = format == .wide ? 232.0 : 74.0
        let columns = (margin, format.width - margin)
        let top = 24.0
        let (starts, ends) = (places(left, gap, scale, top), places(right, gap, scale, top))
        var (startNext, endNext) = (starts, ends)
        let (leftRank, rightRank) = (ranks(left), ranks(right))
        // Bands are sorted by the other side's order to reduce crossings.
        let byStart = bands.sorted { (rightRank[$0.to] ?? 0) < (rightRank[$1.to] ?? 0) }
        var begins: [[ClusterID]: Double] = [:]
        for band in byStart {
            begins[[band.from, band.to]] = startNext[band.from] ?? 0
            startNext[band.from, default: 0] += band.left * scale
        }
        var (stays, moves, labels) = (Markup(), Markup(), Markup())
        for band in bands.sorted(by: { (leftRank[$0.from] ?? 0) < (leftRank[$1.from] ?? 0) }) {
            let start = begins[[band.from, band.to]] ?? 0
            let end = endNext[band.to] ?? 0
            let (first, last) = (band.left * scale, band.right * scale)
            endNext[band.to, default: 0] += last
            let shape = shape(band, columns, (start, max(first, 0.4)), (end, max(last, 0.4)))
            if band.isStay {
                stays += shape
                continue
            }
            moves += shape
            // A band that is thicker than a line of text has room for one.
            guard min(first, last) >= Self.lineHeight else { continue }
            labels += """
                <text class="band" x="\(format.width / 2)" y="\((start + end + (first + last) / 2) / 2 + 4)">\(band.label)</text>
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

    /// - Parameters: where the band begins and ends, each with its thickness.
    private func shape(
        _ band: Band, _ columns: (Double, Double), _ start: (y: Double, size: Double), _ end: (y: Double, size: Double)
    ) -> Markup {
        let (from, to) = (columns.0 + 6, columns.1 - 6)
        let middle = (from + to) / 2
        var outline = Outline()
        outline.line(to: from, start.y)
        outline.curve(middle, start.y, middle, end.y, to: to, end.y)
        outline.line(to: to, end.y + end.size)
        outline.curve(middle, end.y + end.size, middle, start.y + start.size, to: from, start.y + start.size)
        outline.close()
        return """
            <path class="\(left.palette.name(of: band.from))" d="\(outline.markup)"><title>\(band.title)</title></path>

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
