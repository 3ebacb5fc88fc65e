internal import ShoalClustering
internal import ShoalSchemas

/// The page of a running application: its clusters now or at an earlier moment, beside charts of the whole time. Equal values give
/// equal bytes.
package struct LivePage {
    /// All that is told until now.
    private let report: ReplayReport
    /// What was told at the moment that is shown.
    private let then: ReplayReport
    /// The model with which that moment is compared.
    private let since: ReplayReport.Row?
    /// The text of the search for topics; empty for none.
    private let topic: String
    private let search: TopicSearch?
    private static let mostNews = 200
    private let palette: Palette
    private let family: Family

    /// - Parameters:
    ///   - report: until now.
    ///   - then: the same until the moment to show; nil: now.
    ///   - since: the earlier model to compare with; nil: that of a day before.
    ///   - topic: of the clusters to show; empty for all.
    package init(_ report: ReplayReport, then: ReplayReport? = nil, since: ReplayReport.Row? = nil, topic: String = "")
    {
        self.report = report.withWholeSums
        let then = (then ?? report).withWholeSums
        self.then = then
        let last = then.rows.last
        let dayBefore = last.map { last in
            then.rows.last { $0.time <= last.time - 86_400_000 } ?? then.rows.first ?? last
        }
        self.since = since.flatMap { since in since.version <= last?.version ?? .min ? since : last } ?? dayBefore
        self.topic = topic
        search = topic.isEmpty ? nil : TopicSearch(topic)
        (palette, family) = (Palette(report), Family(report))
    }

    /// Whether the last model is shown.
    private var isNow: Bool { then.rows.last?.version == report.rows.last?.version }

    /// Returns the page.
    /// - Parameters:
    ///   - isServed: Whether `/live.js` keeps it up to date, and moments can be chosen; false for a file.
    ///   - controls: Buttons; nil for none.
    package func html(isServed: Bool = true, controls: PageControls? = nil) -> String {
        var page = ReportPage(title: report.input.name, subtitle: Self.part("state", isInline: true, state(isServed)))
        if let last = then.rows.last {
            page.tiles = [
                .init(value: ReportWords.short(last.eligible), name: "members", note: "rounded down"),
                .init(
                    value: "\(last.clusters.count)", name: "clusters", note: SuppressedCount.text(last.withheld)),
                .init(value: ReportWords.part(last.unassigned, of: last.eligible), name: "in no cluster"),
            ]
        }
        page.script = isServed ? "/live.js" : nil
        page.controls = controls
        page.definitions = Self.part("fills", Palette.definitions([palette]))
        if report.clusters.isEmpty {
            page.sections.append(.init("notes", "No cluster yet", "<p>No cluster has been published so far.</p>\n"))
        } else {
            page.form = isServed ? "<form id=\"view\" method=\"get\" action=\"/\"></form>\n" : ""
            page.sections = [sizes(isServed), map, clusters(isServed), flows(isServed), familySection]
        }
        if isServed { page.end = Self.placeOfSections }
        page.footer = """
            Times are UTC. The page shows only published clusters, and numbers of members rounded down. It lists no members.
            """
        return page.html()
    }

    /// A part that the script renews by itself.
    static func part(_ name: String, isInline: Bool = false, _ content: Markup) -> Markup {
        isInline
            ? "<span data-part=\"\(name)\">\(content)</span>"
            : "<div data-part=\"\(name)\">\(content)</div>\n"
    }

    private func state(_ isServed: Bool) -> Markup {
        guard let last = then.rows.last else { return "Published clusters · no model yet" }
        let text = "Published clusters · model of \(ReportWords.time(last.time)) UTC"
        return isNow || !isServed ? "\(text)" : "\(text) · <a class=\"now\" href=\"/\">Back to now</a>"
    }

    // MARK: - Sections

    private func sizes(_ isServed: Bool) -> ReportPage.Section {
        var chart = SizesChart(report: report, palette: palette, family: family)
        (chart.isVeiled, chart.fullBands) = (isServed, 24)
        chart.found = found
        let legend = Self.part("legend", "\(then.legend(palette, search))\(chart.table)")
        let slider = isServed ? slider(Slider(id: "at", name: "Moment", row: then.rows.last, note: sliderNote)) : ""
        return .init(
            "sizes", "Sizes over time", lead: SizesChart.lead,
            "<figure>\(Self.part("river", veiled(chart.markup)))\(slider)\(legend)</figure>\n")
    }

    private var map: ReportPage.Section {
        let chart = MapChart(then, palette, family, found: search.map { found($0, in: then) })
        return .init(
            "map", "Map of clusters",
            Self.part(
                "map",
                "<p class=\"lead\">\(chart.lead)</p>\n\(ReportPage.figure(chart.markup, chart.table))"))
    }

    private var familySection: ReportPage.Section {
        var chart = FamilyChart(report, palette, most: 96)
        chart.isVeiled = true
        let lines = ReplayReport.Story(then.lifecycle).lines
        let rows = ReplayReport.rows(lines.suffix(Self.mostNews).reversed())
        let news: Markup = """
            <h3>Latest changes</h3>
            \(ReportPage.table(rows, label: "Changes of clusters, the latest first", style: "news", visible: 8))
            """
        return .init(
            "family", "Family",
            Self.part(
                "family",
                """
                <p class="lead">\(report.familyLead(chart))</p>
                <figure>\(veiled(chart.markup))\(lines.isEmpty ? "" : news)</figure>

                """))
    }

    private func clusters(_ isServed: Bool) -> ReportPage.Section {
        let cards = then.cards(palette, search)
        let count = ReportWords.count(cards.count, "cluster")
        let box: Markup = """
            <div class="search"><label for="topic">Search for a topic</label> \
            <input type="search" id="topic" name="topic" form="view" maxlength="256" autocomplete="off" value="\(topic)" /> \
            <button class="go" form="view">Search</button></div>

            """
        let moment = isNow ? "now" : then.rows.last.map { "at \(ReportWords.time($0.time)) UTC" } ?? ""
        let text = "\(search == nil ? count : "\(count) with such a topic") \(moment)"
        let none: Markup =
            search == nil ? "<p>No cluster was published.</p>\n" : "<p>No cluster has such a topic.</p>\n"
        return .init(
            "clusters", "Clusters",
            lead: "Largest first, with the topics that members of the cluster watch more than other viewers.",
            """
            \(isServed ? box : "")\
            \(Self.part(
                "cards",
                "<p class=\"note\" role=\"status\">\(text)</p>\n\(cards.isEmpty ? none : then.folded(cards))\(then.endedTable)"))
            """)
    }

    private func flows(_ isServed: Bool) -> ReportPage.Section {
        let slider =
            isServed ? slider(Slider(id: "since", name: "Compare with", row: since, note: "")) : ""
        return .init(
            "flows", "Between two moments",
            lead: """
                Heights are members at each moment. Pale: the same cluster. Strong: split off another cluster, or merged into it. How \
                many members moved by what they watched is not told.
                """, "\(slider)\(Self.part("flows", since.map(flowParts) ?? ""))")
    }

    private func flowParts(_ since: ReplayReport.Row) -> Markup {
        guard let last = then.rows.last else { return "" }
        let found = ClusterFlows(then, from: since, to: last)
        func side(_ time: Int64) -> FlowChart.Side {
            .init(title: ReportWords.time(time), order: family.order, palette: palette, clusters: then.clusters)
        }
        let chart = FlowChart(
            found, from: side(since.time), to: side(last.time),
            label: "The clusters of two moments, and which came from which. The table below has the same data.")
        let sources = Dictionary(grouping: found.flows.filter { $0.kind != .continued }, by: \.to)
        let rows = found.clusters.map { cluster -> Markup in
            func size(_ members: Int64?) -> String { members.map(ReportWords.number) ?? "–" }
            let origins = (sources[cluster.id] ?? []).map { flow in
                flow.kind == .split ? "split off \(flow.from)" : "\(flow.from) merged into it"
            }
            return """
                <tr><th scope="row" class="own"><span class="swatch \(palette.name(of: cluster.id))"></span>\(cluster.id)</th>\
                <td class="r">\(size(cluster.from))</td><td class="r">\(size(cluster.to))</td>\
                <td>\(origins.joined(separator: ", "))</td></tr>

                """
        }
        let head: Markup = """
            <th scope="col">cluster</th><th scope="col" class="r">\(ReportWords.shortTime(since.time))</th>\
            <th scope="col" class="r">\(ReportWords.shortTime(last.time))</th><th scope="col">came from</th>
            """
        return """
            <p>\(found.sentence)</p>
            <figure>\(chart.markup)<details><summary>As a table</summary>
            \(ReportPage.table(head: head, rows, label: "Clusters at two moments", style: "narrow"))</details></figure>

            """
    }

    /// The clusters with the topic that is looked for; nil: none is looked for.
    private var found: Set<ClusterID>? { search.map { found($0, in: report) } }

    private func found(_ search: TopicSearch, in report: ReplayReport) -> Set<ClusterID> {
        Set(report.clusters.filter { $0.has(search) }.map(\.id))
    }

    // MARK: - Time

    private struct Slider {
        var id: String
        var name: String
        var row: ReplayReport.Row?
        var note: Markup
    }

    private var sliderNote: Markup { " <a class=\"now\" href=\"/\" hidden=\"hidden\">Back to now</a>" }

    /// Returns a slider over the time of the charts. Without the script, a button sends its form.
    private func slider(_ slider: Slider) -> Markup {
        guard let first = report.rows.first, let last = report.rows.last, let row = slider.row else { return "" }
        let step = report.rows.count > 1 ? max(last.time / (last.version + 1), 1) : 1
        let text = "\(ReportWords.time(row.time)) UTC"
        return """
            <div class="time"><input type="range" id="\(slider.id)" name="\(slider.id)" form="view" min="\(first.time)" \
            max="\(last.time)" step="\(step)" value="\(row.time)" aria-valuetext="\(text)"\
            \(first.time == last.time ? " disabled=\"disabled\"" as Markup : "") />\
            <p><label for="\(slider.id)">\(slider.name)</label> <output for="\(slider.id)">\(text)</output>\(slider.note) \
            <button class="go" form="view">Show</button></p></div>

            """
    }

    /// Returns charts over time with a veil over what is later than the moment.
    private func veiled(_ charts: Markup) -> Markup {
        guard let first = report.rows.first?.time, let last = report.rows.last?.time, let time = then.rows.last?.time,
            last > first
        else { return charts }
        let place = format(Double(time - first) / Double(last - first))
        return "<div class=\"over\" style=\"--at:\(place)\">\(charts)</div>\n"
    }

    /// Formats a share with four digits.
    private func format(_ share: Double) -> String {
        Formatting.decimal(Int64((share * 10_000).rounded()), unit: 10_000, digits: 4, minus: "-")
    }
}

extension ReplayReport {
    /// Sizes are rounded down one by one: what is lost by that is no member without a cluster.
    fileprivate var withWholeSums: ReplayReport {
        var report = self
        for index in rows.indices {
            let row = rows[index]
            report.rows[index].eligible = min(row.eligible, row.members.reduce(row.unassigned, +))
        }
        return report
    }
}

extension ClusterFlows {
    /// A sentence with the numbers of clusters.
    var sentence: String {
        let parts = [("split", "split"), ("merged", "merge"), ("created", "new cluster"), ("retired", "retirement")]
        let told = parts.compactMap { kind, word in
            counts["cluster_\(kind)"].map { ReportWords.count($0, word) }
        }
        let stay = flows.count { $0.kind == .continued }
        let all = [stay > 0 ? "\(ReportWords.number(stay)) go on" : "none goes on"] + told
        let (before, after) = (ReportWords.count(from.clusters.count, "cluster"), ReportWords.number(to.clusters.count))
        return """
            \(before) on \(ReportWords.time(from.time)), and \(after) on \(ReportWords.time(to.time)): \
            \(all.joined(separator: ", ")).
            """
    }
}
