internal import ShoalClustering
internal import ShoalSchemas

extension ReplayReport {
    /// Returns the report as a self-contained HTML page that fetches nothing. Equal reports give equal bytes.
    public func html() -> String {
        let (palette, family) = (Palette(self), Family(self))
        var page = ReportPage(
            title: input.name.isEmpty ? "Replay" : input.name.lastName, subtitle: subtitle, tiles: tiles)
        page.definitions = Palette.definitions([palette])
        if !notes.isEmpty || isInterrupted { page.sections.append(noteSection) }
        if !rows.isEmpty {
            page.sections.append(sizesSection(palette, family))
            if !clusters.isEmpty { page.sections.append(familySection(palette)) }
            if let flows, !flows.flows.isEmpty { page.sections.append(flowSection(flows, palette, family)) }
            if !living.isEmpty { page.sections += [mapSection(palette, family), cardSection(palette)] }
            page.sections.append(movesSection)
        }
        if quality.sampled > 0 {
            page.sections.append(
                .init(
                    "quality", "Quality",
                    lead: """
                        At the end, over \(ReportWords.count(quality.sampled, "member")): how similar members are \
                        to the centroid of their cluster, compared with batch spherical k-means with as many clusters.
                        """, ReportPage.facts(qualityFacts)))
        }
        page.sections.append(.init("input", "Input", ReportPage.facts(inputFacts)))
        if !settings.isEmpty {
            page.sections.append(
                .init(
                    "settings", "Settings", lead: "Only settings that affect the result.",
                    ReportPage.facts(settings.map { ($0.name, $0.value) })))
        }
        page.footer = """
            Times are UTC. The report contains only published data about clusters, and only counts of viewers.
            \(digest.isEmpty ? "" : "<br />Models: <code>sha256 \(digest)</code>" as Markup)
            """
        return page.html()
    }

    private var subtitle: Markup {
        var parts: [String] = ["Replay report"]
        if let first = input.firstTime, let last = input.lastTime {
            parts.append(
                "\(ReportWords.time(first)) to \(ReportWords.time(last)) UTC, \(ReportWords.span(last - first))")
        }
        return "\(parts.joined(separator: " · "))"
    }

    private var tiles: [ReportPage.Tile] {
        let last = rows.last
        var tiles = [
            ReportPage.Tile(
                value: ReportWords.short(input.events), name: "events",
                note: "\(ReportWords.number(input.events)) handled")
        ]
        if let last {
            tiles.append(.init(value: ReportWords.short(last.eligible), name: "members", note: "eligible at the end"))
            let suppressed = last.withheld > 0 ? SuppressedCount.text(last.withheld) : "shown at the end"
            tiles.append(.init(value: "\(last.clusters.count)", name: "clusters", note: suppressed))
            tiles.append(
                .init(
                    value: ReportWords.part(last.unassigned, of: last.eligible), name: "in no cluster",
                    note:
                        "\(Verdict.unassigned(last.unassigned * 1_000_000 / max(last.eligible, 1)).word); \(unassigned(last))"
                ))
            tiles.append(
                .init(
                    value: ReportWords.decimal(quality.movesPerDay), name: "moves a day",
                    note: "\(Verdict.moves(quality.movesPerDay).word); \(ReportWords.share(quality.returned)) back"))
        }
        if quality.sampled > 0 {
            tiles.append(
                .init(
                    value: ReportWords.decimal(quality.similarity), name: "similarity",
                    note: quality.objective.map {
                        "\(ReportWords.share($0)) of k-means: \(Verdict.objective($0).word)"
                    } ?? ""))
        }
        return tiles
    }

    private var noteSection: ReportPage.Section {
        var lines = notes
        if isInterrupted { lines.insert("The replay was stopped before the end of its input.", at: 0) }
        let body = lines.map { line -> Markup in "<p>\(line)</p>" }
        return .init("notes", "Notes", "<div class=\"notes\">\(body)</div>\n")
    }

    private func sizesSection(_ palette: Palette, _ family: Family) -> ReportPage.Section {
        let chart = SizesChart(report: self, palette: palette, family: family)
        return .init(
            "sizes", "Sizes over time", lead: SizesChart.lead,
            ReportPage.figure(chart.markup, "\(legend(palette))\(chart.table)"))
    }

    /// Returns links to the cards of the active clusters, or of those with a topic, the largest first.
    func legend(_ palette: Palette, _ search: TopicSearch? = nil) -> Markup {
        let entries = living.filter { search.map($0.has) ?? true }.map { cluster -> Markup in
            let topic = cluster.leadingTopics.first.map { "&#160;\($0)" as Markup } ?? ""
            return """
                <li><a href="#cluster-\(cluster.id)"><span class="swatch \(palette.name(of: cluster.id))"></span>\
                <b>\(cluster.id)\(cluster.labelMarkup)</b>\(topic)</a></li>

                """
        }
        func list(_ entries: ArraySlice<Markup>) -> Markup { "<ul class=\"legend\">\(Array(entries))</ul>\n" }
        guard entries.count > 48 else { return entries.isEmpty ? "" : list(entries[...]) }
        let more = "\(entries.count - 40) more clusters"
        return
            "\(list(entries.prefix(40)))<details><summary>\(more)</summary>\(list(entries.dropFirst(40)))</details>\n"
    }

    private func familySection(_ palette: Palette) -> ReportPage.Section {
        let chart = FamilyChart(self, palette)
        let lines = Story(lifecycle).lines
        let most = 1_000
        let rest =
            lines.count > most ? "<p>\(ReportWords.number(lines.count - most)) more are in the JSON.</p>" as Markup : ""
        let list: Markup = """
            <details><summary>All \(ReportWords.number(lines.count)) as a list</summary>
            \(ReportPage.table(Self.rows(lines.prefix(most)), label: "Changes of clusters"))\(rest)</details>

            """
        return .init(
            "family", "Family", lead: "\(familyLead(chart))",
            ReportPage.figure(chart.markup, lines.isEmpty ? "" : list))
    }

    func familyLead(_ chart: FamilyChart) -> String {
        let more = chart.left > 0 ? " \(ReportWords.number(chart.left)) smaller clusters are not drawn." : ""
        return """
            \(lifecycleCounts.isEmpty ? "No cluster changed." : "\(lifecycleCounts).") A ring is a beginning, a bar an end, and a \
            diamond a drift. Lines part when a cluster splits, and join when two merge.\(more)
            """
    }

    /// Returns rows of a table for changes of clusters.
    static func rows(_ lines: some Sequence<Story.Line>) -> [Markup] {
        lines.map { "<tr><td class=\"one\">\(ReportWords.time($0.time))</td><td>\($0.text)</td></tr>\n" }
    }

    private func mapSection(_ palette: Palette, _ family: Family) -> ReportPage.Section {
        let chart = MapChart(self, palette, family)
        return .init(
            "map", "Map of clusters", lead: "\(chart.lead)", ReportPage.figure(chart.markup, chart.table))
    }

    private func flowSection(_ flows: Flows, _ palette: Palette, _ family: Family) -> ReportPage.Section {
        func side(_ time: Int64) -> FlowChart.Side {
            .init(title: ReportWords.time(time), order: family.order, palette: palette, clusters: clusters)
        }
        let label = "Members that moved from each cluster to each other cluster between two times."
        let chart = FlowChart(flows.flows, from: side(flows.fromTime), to: side(flows.toTime), label: label) {
            $0.from == $0.to
        }
        let rows = flows.flows.filter { $0.from != $0.to }.sorted { $0.members > $1.members }.prefix(200).map {
            flow -> Markup in
            """
            <tr><td>\(flow.from == 0 ? "none" : "\(flow.from)")</td><td>\(flow.to == 0 ? "none" : "\(flow.to)")</td>\
            <td class="r">\(ReportWords.number(flow.members))</td></tr>

            """
        }
        let head: Markup = """
            <th scope="col">from</th><th scope="col">to</th><th scope="col" class="r">members</th>
            """
        let table: Markup = """
            <details><summary>As a table</summary>
            \(ReportPage.table(head: head, Array(rows), label: "Moves between clusters", style: "narrow"))</details>

            """
        return .init(
            "flows", "Moves between clusters",
            lead: """
                \(flows.sentence) Strong: moved to another cluster. Pale: stayed. Members that were in no cluster are not drawn.
                """, ReportPage.figure(chart.markup, rows.isEmpty ? "" : table))
    }

    private var movesSection: ReportPage.Section {
        var markup = Markup()
        func add(_ title: String, _ make: ([Interval]) -> SeriesChart) {
            let images = ChartFormat.allCases.map { format in
                make(intervals(thinned(to: format == .wide ? 180 : 90))).image(format)
            }
            let legend = make(intervals(thinned(to: 2))).legend
            markup += "<div><h3>\(title)</h3>\(ReportPage.figure(Markup(images), legend))</div>\n"
        }
        add("Moves a member and day") { intervals in
            SeriesChart(
                label: "Moves for each eligible member and day of event time.", times: intervals.map(\.to),
                series: [
                    .init(name: "moves", style: "k0", values: intervals.map { Double($0.movesPerDay) / 1e6 }),
                    .init(name: "of them back", style: "k1", values: intervals.map { Double($0.returnedPerDay) / 1e6 }),
                ], text: { ReportWords.axis($0) })
        }
        add("Members in no published cluster") { intervals in
            let shares = intervals.map { interval in
                interval.row.eligible > 0 ? Double(interval.row.unpublished) / Double(interval.row.eligible) : 0
            }
            return SeriesChart(
                label: "The share of eligible members that are in no cluster, or in a suppressed one.",
                times: intervals.map(\.to),
                series: [.init(name: "in no published cluster", style: "k2", values: shares)],
                text: { ReportWords.axis($0 * 100) + " %" }, least: 0.01)
        }
        add("Similarity to the own centroid") { intervals in
            SeriesChart(
                label: "The mean cosine of members to the centroid of their cluster.", times: intervals.map(\.to),
                series: [
                    .init(name: "similarity", style: "k7", values: intervals.map { Double($0.row.similarity) / 1e6 })
                ],
                text: { ReportWords.axis($0) }, least: 1)
        }
        let facts: [(name: String, value: String)] = [
            ("joined", ReportWords.number(totals.joined)), ("moved", ReportWords.number(totals.moved)),
            (
                "moved back",
                "\(ReportWords.number(totals.returned)): \(Verdict.returned(quality.returned).text)"
            ), ("left", ReportWords.number(totals.left)),
            ("erased", ReportWords.number(totals.erased)),
            ("moves a member and day", movesText),
        ]
        return .init(
            "moves", "Members",
            "\(ReportPage.facts(facts))<div class=\"pair\" style=\"margin-top:20px\">\(markup)</div>\n")
    }
}

extension ReportWords {
    /// Formats a value of an axis with as few digits as possible.
    static func axis(_ value: Double) -> String {
        if value >= 1_000 { return short(Int64(value)) }
        var text = decimal(Int64((value * 1_000_000).rounded()), digits: 4)
        while text.contains("."), text.hasSuffix("0") || text.hasSuffix(".") { text.removeLast() }
        return text
    }
}
